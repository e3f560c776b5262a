import type { OutputOf } from '@clew/contract/endpoint'
import type { searchLogs } from '@clew/contract/logs'
import type { SpanDetail } from '@clew/contract/traces'
import type { EndpointResult } from '../../api/use-endpoint.ts'
import { formatDuration } from '../../model/format-duration.ts'
import { formatDateTime } from '../../model/format-time.ts'
import { PageLink } from '../../shell/page-link.tsx'
import { pageHref } from '../../shell/url-state.ts'
import { EmptyState, ErrorState, LoadingState } from '../../ui/states.tsx'
import { classNames } from '../../ui/class-names.ts'
import styles from './span-panel.module.css'

/** Log records written inside this span. */
export function SpanLogs({ span, answer }: { span: SpanDetail; answer: EndpointResult<OutputOf<typeof searchLogs>> }) {
  if (answer.data === undefined) {
    return answer.error === null ? (
      <LoadingState label="Loading logs" />
    ) : (
      <ErrorState error={answer.error} onRetry={answer.refetch} />
    )
  }
  const logsOfTrace = pageHref('/logs', { traceId: span.traceId })
  if (answer.data.logs.length === 0) {
    return (
      <EmptyState title="No log record carries this span's id">
        <PageLink href={logsOfTrace}>Look at the logs of the whole trace</PageLink>
      </EmptyState>
    )
  }
  const start = BigInt(span.startNanos)
  return (
    <div className={styles.tab}>
      <ol className={styles.logs}>
        {answer.data.logs.map((log) => (
          <li key={log.id} className={styles.log}>
            <span className={styles.moment} title={formatDateTime(log.timeNanos)}>
              {formatDuration(Number(BigInt(log.timeNanos) - start))}
            </span>
            <span
              className={classNames(
                styles.severity,
                (log.severity === 'error' || log.severity === 'fatal') && styles.exception,
              )}
            >
              {log.severity}
            </span>
            <span className={styles.logText}>{log.text}</span>
          </li>
        ))}
      </ol>
      <p className={styles.note}>
        <PageLink href={pageHref('/logs', { traceId: span.traceId, spanId: span.spanId })}>Open in logs</PageLink>
        {' or '}
        <PageLink href={logsOfTrace}>look at the logs of the whole trace</PageLink>
      </p>
    </div>
  )
}
