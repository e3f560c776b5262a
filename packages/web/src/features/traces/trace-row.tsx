import { useEffect, useState } from 'react'
import type { TraceSummary } from '@clew/contract/traces'
import { formatCount, formatItems } from '../../model/format-count.ts'
import { formatDuration } from '../../model/format-duration.ts'
import { formatAge, formatDateTime, formatExactUtc } from '../../model/format-time.ts'
import { PageLink } from '../../shell/page-link.tsx'
import { ServiceName, serviceColorIndex } from '../../shell/service-name.tsx'
import { Badge } from '../../ui/badge.tsx'
import { classNames } from '../../ui/class-names.ts'
import { Icon } from '../../ui/icon.tsx'
import styles from './trace-list.module.css'

const MAX_SERVICES = 4

/** One trace; the whole row is the link's target. */
export function TraceRow({
  trace,
  href,
  fullBarNanos,
  rowIndex,
  selected,
  top,
  height,
}: {
  trace: TraceSummary
  href: string
  /** Duration that fills the bar. */
  fullBarNanos: number
  rowIndex: number
  selected: boolean
  top: number
  height: number
}) {
  const nowMs = useNow()
  const service = trace.rootService ?? trace.services[0]?.name ?? ''
  const name = trace.rootName ?? trace.matches[0]?.name ?? 'root span not here yet'
  return (
    <div
      role="row"
      aria-rowindex={rowIndex}
      aria-selected={selected}
      className={classNames(styles.row, styles.body, selected && styles.selected)}
      style={{ transform: `translateY(${top}px)`, height }}
    >
      <span
        role="cell"
        className={styles.age}
        title={`${formatDateTime(trace.startNanos)}\n${formatExactUtc(trace.startNanos)}`}
      >
        {formatAge(trace.startNanos, nowMs)} ago
      </span>
      <span role="cell" className={styles.name}>
        <PageLink href={href} className={styles.link}>
          <ServiceName name={service} />
          <span className={classNames(styles.operation, trace.rootName === null && styles.missing)}>{name}</span>
        </PageLink>
        {trace.matchCount > 1 && trace.matchCount < trace.spanCount && (
          <Badge>{formatItems(trace.matchCount, 'match', 'matches')}</Badge>
        )}
        {trace.adjustedCount > 1 && <Badge>×{formatCount(Math.round(trace.adjustedCount))}</Badge>}
      </span>
      <span role="cell" className={styles.duration} title={`${trace.durationNanos.toLocaleString('en')} ns`}>
        <span className={styles.bar}>
          <span
            className={styles.fill}
            style={{
              width: `${Math.min(100, Math.max(1, (trace.durationNanos / fullBarNanos) * 100))}%`,
              background: `var(--service-${serviceColorIndex(service)})`,
            }}
          />
        </span>
        <span className={styles.figure}>{formatDuration(trace.durationNanos)}</span>
      </span>
      <span role="cell" className={styles.numeric}>
        {formatCount(trace.spanCount)}
      </span>
      <span role="cell" className={styles.numeric}>
        {trace.errorCount > 0 && (
          <span className={styles.errors}>
            <Icon name="error" size={12} /> {formatCount(trace.errorCount)}
          </span>
        )}
      </span>
      <span role="cell" className={styles.services}>
        {trace.services.slice(0, MAX_SERVICES).map(({ name, spanCount, errorCount }) => (
          <span key={name} title={`${name}: ${formatItems(spanCount, 'span')}, ${formatItems(errorCount, 'error')}`}>
            <ServiceName name={name} />
          </span>
        ))}
        {trace.services.length > MAX_SERVICES && (
          <span className={styles.more}>+{trace.services.length - MAX_SERVICES}</span>
        )}
      </span>
    </div>
  )
}

/** The present, moving every ten seconds, so that ages stay true. */
function useNow(): number {
  const [nowMs, setNowMs] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 10_000)
    return () => clearInterval(timer)
  }, [])
  return nowMs
}
