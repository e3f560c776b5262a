import type { TraceWindow } from '../../model/trace-model.ts'
import { formatCount, formatItems } from '../../model/format-count.ts'
import { formatDuration } from '../../model/format-duration.ts'
import { formatDateTime, formatExactUtc } from '../../model/format-time.ts'
import { PageLink } from '../../shell/page-link.tsx'
import { pageHref } from '../../shell/url-state.ts'
import { CopyButton } from '../../ui/copy.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Tooltip } from '../../ui/tooltip.tsx'
import { classNames } from '../../ui/class-names.ts'
import styles from './trace-page.module.css'

/** Figures of the trace, and what is odd about it. */
export function TraceHeader({ head, loaded }: { head: TraceWindow; loaded: number }) {
  return (
    <dl className={styles.facts}>
      <Fact name="Started">
        <span title={formatExactUtc(head.startNanos)}>{formatDateTime(head.startNanos)}</span>
      </Fact>
      <Fact name="Duration">
        <span title={`${head.durationNanos.toLocaleString('en')} ns`}>{formatDuration(head.durationNanos)}</span>
      </Fact>
      <Fact name="Spans">
        {loaded < head.spanCount
          ? `${formatCount(loaded)} of ${formatCount(head.spanCount)}, loading`
          : formatCount(head.spanCount)}
      </Fact>
      <Fact name="Errors" className={head.errorCount > 0 ? styles.errors : undefined}>
        {formatCount(head.errorCount)}
      </Fact>
      <Fact name="Logs">
        <PageLink href={pageHref('/logs', { traceId: head.traceId })}>{formatCount(head.logCount)}</PageLink>
      </Fact>
      <Fact name="Id">
        <span className={styles.id}>
          <code>{head.traceId}</code>
          <CopyButton text={head.traceId} label="Copy trace id" />
        </span>
      </Fact>
      {head.adjustedCount > 1 && (
        <Note text={`Stands for ${formatCount(Math.round(head.adjustedCount))} traces`}>
          Sampled: by its sampling threshold this trace stands for about {formatCount(Math.round(head.adjustedCount))}{' '}
          traces.
        </Note>
      )}
      {head.orphanCount > 0 && (
        <Note warn text={formatItems(head.orphanCount, 'orphan')}>
          The parent of {formatItems(head.orphanCount, 'span')} is not in the store: not sent yet, sampled away, or
          lost. They are shown at the top level.
        </Note>
      )}
      {head.timeNote !== null && (
        <Note
          warn
          text={
            head.timeNote.kind === 'ahead'
              ? `${formatDuration(Number(head.timeNote.byNanos))} in the future`
              : `Arrived ${formatDuration(Number(head.timeNote.byNanos))} late`
          }
        >
          {head.timeNote.kind === 'ahead'
            ? 'Its times lie after the time it was received: the clock of its sender is ahead.'
            : 'It was received long after it was over: its sender held it back, or the clock of its sender is behind.'}{' '}
          Times are shown as sent, not corrected.
        </Note>
      )}
      {head.clockSkewCount > 0 && (
        <Note warn text={`Clock skew: ${formatItems(head.clockSkewCount, 'span')}`}>
          {formatItems(head.clockSkewCount, 'span')} start before their parent, or after the call they answer was over:
          the clocks of their machines differ. Times are shown as sent, not corrected.
        </Note>
      )}
    </dl>
  )
}

function Fact({
  name,
  className,
  children,
}: {
  name: string
  className?: string | undefined
  children: React.ReactNode
}) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd className={className}>{children}</dd>
    </div>
  )
}

function Note({ text, warn = false, children }: { text: string; warn?: boolean; children: React.ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt className="visually-hidden">Note</dt>
      <dd>
        <Tooltip content={children}>
          <button type="button" className={classNames(styles.note, warn && styles.warn)}>
            <Icon name={warn ? 'warn' : 'info'} size={13} /> {text}
          </button>
        </Tooltip>
      </dd>
    </div>
  )
}
