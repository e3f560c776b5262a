import { searchTraces, type SpanDetail } from '@clew/contract/traces'
import { useEndpoint } from '../../api/use-endpoint.ts'
import { formatItems } from '../../model/format-count.ts'
import { formatDuration } from '../../model/format-duration.ts'
import { AttributeList } from '../../shell/attribute-list.tsx'
import { PageLink } from '../../shell/page-link.tsx'
import { ServiceName } from '../../shell/service-name.tsx'
import { pageHref } from '../../shell/url-state.ts'
import { ErrorState, PartialNote } from '../../ui/states.tsx'
import styles from './span-panel.module.css'

const LOOK_AROUND_NANOS = 7n * 86_400n * 1_000_000_000n

/** Spans that this one links to, and traces that link to this one's trace. */
export function SpanLinks({ span, onFilter }: { span: SpanDetail; onFilter: (condition: string) => void }) {
  const start = BigInt(span.startNanos)
  const incoming = useEndpoint(searchTraces, {
    q: `link.trace=${span.traceId}`,
    start: String(start - LOOK_AROUND_NANOS),
    end: String(start + LOOK_AROUND_NANOS),
    limit: 20,
  })
  return (
    <div className={styles.tab}>
      {span.links.map((link, index) => (
        <section key={index}>
          <h3 className={styles.heading}>
            <PageLink href={pageHref(`/traces/${link.traceId}`, { span: link.spanId })}>
              Span <code>{link.spanId}</code>{' '}
              {link.traceId === span.traceId ? 'of this trace' : `of trace ${link.traceId.slice(0, 8)}…`}
            </PageLink>
          </h3>
          <AttributeList attributes={link.attributes} level="link" onFilter={onFilter} />
          {link.traceState !== '' && <p className={styles.note}>Trace state: {link.traceState}</p>}
        </section>
      ))}
      {span.links.length === 0 && <p className={styles.note}>This span links to no other.</p>}
      {span.droppedLinksCount > 0 && (
        <p className={styles.note}>{formatItems(span.droppedLinksCount, 'link')} dropped by the sender</p>
      )}
      <section>
        <h3 className={styles.heading}>
          Traces that link here <PartialNote meta={incoming.data?.meta} />
        </h3>
        {incoming.error !== null && <ErrorState error={incoming.error} onRetry={incoming.refetch} />}
        {incoming.data?.traces.map((trace) => (
          <p key={trace.traceId}>
            <PageLink
              className={styles.linked}
              href={pageHref(`/traces/${trace.traceId}`, { span: trace.matches[0]?.spanId })}
            >
              <ServiceName name={trace.rootService ?? trace.services[0]?.name ?? ''} />
              {trace.rootName ?? trace.matches[0]?.name ?? 'trace'}, {formatDuration(trace.durationNanos)}
            </PageLink>
          </p>
        ))}
        {incoming.data?.traces.length === 0 && <p className={styles.note}>None within a week of this span.</p>}
      </section>
    </div>
  )
}
