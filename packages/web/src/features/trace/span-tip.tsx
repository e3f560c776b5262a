import { SPAN_KINDS } from '@clew/contract/common'
import type { CriticalPath } from '../../model/critical-path.ts'
import { formatDuration } from '../../model/format-duration.ts'
import { STATUS_ERROR, type TraceModel } from '../../model/trace-model.ts'
import { ServiceName } from '../../shell/service-name.tsx'
import styles from './waterfall.module.css'

/** What hovers beside the pointer. `x` and `y` are of the window. */
export function SpanTip({
  model,
  selfTimes,
  path,
  row,
  x,
  y,
}: {
  model: TraceModel
  selfTimes: Float64Array
  path: CriticalPath | undefined
  row: number
  x: number
  y: number
}) {
  if (row >= model.loaded) return null
  const duration = model.duration[row] as number
  const onPath = path?.perRow[row] ?? 0
  const place = {
    ...(x > innerWidth * 0.65 ? { right: innerWidth - x + 12 } : { left: x + 14 }),
    ...(y > innerHeight * 0.7 ? { bottom: innerHeight - y + 10 } : { top: y + 14 }),
  }
  return (
    <div className={styles.tip} style={place}>
      <p className={styles.tipTitle}>
        <ServiceName name={model.services[model.service[row] as number] ?? ''} />
        <span>{model.names[model.name[row] as number]}</span>
      </p>
      <dl className={styles.tipFacts}>
        <dt>Duration</dt>
        <dd>{formatDuration(duration)}</dd>
        <dt>Self time</dt>
        <dd>
          {formatDuration(selfTimes[row] as number)} ({percent(selfTimes[row] as number, duration)})
        </dd>
        {onPath > 0 && (
          <>
            <dt>On critical path</dt>
            <dd>
              {formatDuration(onPath)} ({percent(onPath, model.durationNanos)} of trace)
            </dd>
          </>
        )}
        <dt>Starts at</dt>
        <dd>{formatDuration(model.start[row] as number)}</dd>
        <dt>Kind</dt>
        <dd>{SPAN_KINDS[model.kind[row] as number]}</dd>
        {model.status[row] === STATUS_ERROR && (
          <>
            <dt className={styles.error}>Status</dt>
            <dd className={styles.error}>error</dd>
          </>
        )}
      </dl>
    </div>
  )
}

const percent = (part: number, whole: number): string => (whole > 0 ? `${Math.round((part / whole) * 100)}%` : '–')
