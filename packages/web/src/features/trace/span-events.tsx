import type { SpanDetail } from '@clew/contract/traces'
import { formatItems } from '../../model/format-count.ts'
import { formatDuration } from '../../model/format-duration.ts'
import { formatExactUtc } from '../../model/format-time.ts'
import { AttributeList } from '../../shell/attribute-list.tsx'
import { EmptyState } from '../../ui/states.tsx'
import { classNames } from '../../ui/class-names.ts'
import styles from './span-panel.module.css'

/** Events in order, each at its moment in the span. */
export function SpanEvents({ span, onFilter }: { span: SpanDetail; onFilter: (condition: string) => void }) {
  const start = BigInt(span.startNanos)
  if (span.events.length === 0 && span.droppedEventsCount === 0) return <EmptyState title="This span has no events" />
  return (
    <div className={styles.tab}>
      {span.events.map((event, index) => (
        <section key={index}>
          <h3 className={classNames(styles.heading, event.name === 'exception' && styles.exception)}>
            {event.name === '' ? 'Event' : event.name}
            <span className={styles.moment} title={formatExactUtc(event.timeNanos)}>
              at {formatDuration(Number(BigInt(event.timeNanos) - start))}
            </span>
          </h3>
          <AttributeList attributes={event.attributes} level="event" onFilter={onFilter} />
          {event.droppedAttributesCount > 0 && (
            <p className={styles.note}>
              {formatItems(event.droppedAttributesCount, 'attribute')} dropped by the sender
            </p>
          )}
        </section>
      ))}
      {span.droppedEventsCount > 0 && (
        <p className={styles.note}>{formatItems(span.droppedEventsCount, 'event')} dropped by the sender</p>
      )}
    </div>
  )
}
