import type { ReactNode } from 'react'
import type { LogRecord } from '@clew/contract/logs'
import { formatExactUtc, formatTime } from '../../model/format-time.ts'
import { PageLink } from '../../shell/page-link.tsx'
import { ServiceName } from '../../shell/service-name.tsx'
import { Icon } from '../../ui/icon.tsx'
import { classNames } from '../../ui/class-names.ts'
import { LogDetail } from './log-detail.tsx'
import { severityLook } from './severity.ts'
import { traceHref } from './trace-href.ts'
import styles from './log-row.module.css'

interface LogRowProps {
  readonly record: LogRecord
  readonly open: boolean
  readonly selected: boolean
  /** `2 Mar` before the clock, when the list spans days. */
  readonly day?: string | undefined
  readonly onToggle: () => void
  readonly onFilter: (condition: string) => void
}

/** One record on one line; opens to everything it carries. */
export function LogRow({ record, open, selected, day, onToggle, onFilter }: LogRowProps): ReactNode {
  const look = severityLook(record.severity)
  return (
    <div className={classNames(styles.item, open && styles.open)} data-severity={record.severity}>
      <div className={classNames(styles.row, selected && styles.selected)}>
        <button type="button" className={styles.line} aria-expanded={open} onClick={onToggle}>
          <span className={styles.mark} style={{ background: `var(${look.colorToken})` }} />
          <time className={styles.time} title={formatExactUtc(record.timeNanos)}>
            {day !== undefined && <span className={styles.day}>{day}</span>}
            {formatTime(record.timeNanos)}
          </time>
          <span className={styles.severity} title={record.severityText === '' ? look.label : record.severityText}>
            <span aria-hidden="true">{look.letter}</span>
            <span className="visually-hidden">{look.label}</span>
          </span>
          <span className={styles.service}>
            <ServiceName name={record.service} />
          </span>
          <span className={styles.text}>
            {record.eventName !== '' && <span className={styles.event}>{record.eventName}</span>}
            {record.text}
          </span>
        </button>
        {record.traceId !== '' && (
          <PageLink
            className={styles.trace}
            href={traceHref(record)}
            aria-label="Open the trace"
            title="Open the trace"
          >
            <Icon name="traces" size={14} />
          </PageLink>
        )}
      </div>
      {open && <LogDetail record={record} onFilter={onFilter} />}
    </div>
  )
}
