import { useState, type ReactNode } from 'react'
import type { Attribute } from '@clew/contract/common'
import type { LogRecord } from '@clew/contract/logs'
import type { FieldLevel } from '@clew/lang/search/ast'
import { formatDateTime, formatExactUtc } from '../../model/format-time.ts'
import { maskedText } from '../../model/masked-value.ts'
import { conditionText } from '../../model/search-conditions.ts'
import { announce } from '../../shell/announcer.tsx'
import { PageLink } from '../../shell/page-link.tsx'
import { pageHref } from '../../shell/url-state.ts'
import { CopyButton, copyText } from '../../ui/copy.tsx'
import { Menu, type MenuItem } from '../../ui/menu.tsx'
import { traceHref } from './trace-href.ts'
import { prettyJsonText, prettyValue, valueText } from './value-text.ts'
import styles from './log-detail.module.css'

interface LogDetailProps {
  readonly record: LogRecord
  readonly onFilter: (condition: string) => void
}

/** Everything a record carries. A click on a value offers to filter by it and to copy it. */
export function LogDetail({ record, onFilter }: LogDetailProps): ReactNode {
  const structured = record.body.type === 'kvlist' || record.body.type === 'array'
  const json = record.body.type === 'string' ? prettyJsonText(record.body.value) : undefined
  const body = json ?? prettyValue(record.body)
  const stack = record.attributes.find(({ key }) => key === 'exception.stacktrace')
  return (
    <div className={styles.detail}>
      <div className={styles.body}>
        <pre aria-label={structured || json !== undefined ? 'Body, laid out' : 'Body'} tabIndex={0}>
          {body === '' ? '(empty body)' : body}
        </pre>
        <CopyButton text={body} label="Copy body" />
      </div>
      {stack !== undefined && (
        <div className={styles.body}>
          <pre aria-label="Stack trace" tabIndex={0}>
            {valueText(stack.value)}
          </pre>
          <CopyButton text={valueText(stack.value)} label="Copy stack trace" />
        </div>
      )}
      <div className={styles.groups}>
        <Group
          title="Attributes"
          level="log"
          attributes={record.attributes.filter(({ key }) => key !== 'exception.stacktrace')}
          dropped={record.droppedAttributesCount}
          onFilter={onFilter}
        />
        <Group title="Resource" level="resource" attributes={record.resource} onFilter={onFilter} />
        <Facts record={record} onFilter={onFilter} />
      </div>
    </div>
  )
}

interface GroupProps {
  readonly title: string
  readonly level: FieldLevel
  readonly attributes: readonly Attribute[]
  readonly dropped?: number
  readonly onFilter: (condition: string) => void
}

function Group({ title, level, attributes, dropped = 0, onFilter }: GroupProps): ReactNode {
  return (
    <section>
      <h3 className={styles.heading}>{title}</h3>
      {attributes.length === 0 && <p className={styles.none}>None</p>}
      <dl className={styles.list}>
        {attributes.map((attribute, index) => (
          // A key may come twice on the wire.
          <div key={`${attribute.key} ${index}`} className={styles.entry}>
            <dt title={attribute.value.type}>{attribute.key}</dt>
            <dd>
              <ValueMenu level={level} attribute={attribute} onFilter={onFilter} />
            </dd>
          </div>
        ))}
      </dl>
      {dropped > 0 && <p className={styles.none}>{dropped} more were dropped by the sender</p>}
    </section>
  )
}

interface ValueMenuProps {
  /** Undefined for built-in fields. */
  readonly level?: FieldLevel
  readonly attribute: Attribute
  readonly onFilter: (condition: string) => void
}

/** A value as a handle: filter in, filter out, copy. */
function ValueMenu({ level, attribute, onFilter }: ValueMenuProps): ReactNode {
  const [shown, setShown] = useState(false)
  const text = valueText(attribute.value)
  const masked = maskedText(attribute.key, text)
  const hidden = masked !== text && !shown
  const seen = hidden ? masked : text
  const field = { level, key: attribute.key, value: attribute.value }
  const include = conditionText(field, '=')
  const exclude = conditionText(field, '!=')
  const items: MenuItem[] = [
    ...(masked === text
      ? []
      : [{ label: hidden ? 'Show value' : 'Hide value', icon: 'key' as const, run: () => setShown(hidden) }]),
    ...(include === undefined
      ? []
      : [{ label: 'Only this value', icon: 'filter' as const, run: () => onFilter(include) }]),
    ...(exclude === undefined
      ? []
      : [{ label: 'Without this value', icon: 'minus' as const, run: () => onFilter(exclude) }]),
    {
      label: 'Copy',
      icon: 'copy',
      run: () => void copyText(text).then((done) => announce(done ? 'Copied' : 'The browser refused to copy')),
    },
  ]
  return (
    <Menu
      items={items}
      trigger={
        <button type="button" className={styles.value} aria-label={`${attribute.key}: ${seen}. Filter or copy`}>
          {seen === '' ? '(empty)' : seen}
        </button>
      }
    />
  )
}

function Facts({ record, onFilter }: LogDetailProps): ReactNode {
  const builtIn = (key: string, value: string): ReactNode => (
    <ValueMenu attribute={{ key, value: { type: 'string', value } }} onFilter={onFilter} />
  )
  return (
    <section>
      <h3 className={styles.heading}>Record</h3>
      <dl className={styles.list}>
        <Fact name="time">
          <span title={formatExactUtc(record.timeNanos)}>{formatDateTime(record.timeNanos)}</span>
        </Fact>
        <Fact name="observed">
          <span title={formatExactUtc(record.observedTimeNanos)}>{formatDateTime(record.observedTimeNanos)}</span>
        </Fact>
        <Fact name="service">{builtIn('service', record.service)}</Fact>
        <Fact name="severity">{builtIn('severity', record.severity)}</Fact>
        {record.severityText !== '' && (
          <Fact name="severity text">
            {record.severityText} ({record.severityNumber})
          </Fact>
        )}
        {record.eventName !== '' && <Fact name="event">{builtIn('event.name', record.eventName)}</Fact>}
        {record.scope.name !== '' && <Fact name="scope">{builtIn('scope.name', record.scope.name)}</Fact>}
        {record.traceId !== '' && (
          <Fact name="trace">
            <PageLink href={traceHref(record)}>{record.traceId}</PageLink>
            <br />
            <PageLink href={pageHref('/logs', { traceId: record.traceId })}>All logs of this trace</PageLink>
          </Fact>
        )}
        {record.spanId !== '' && <Fact name="span">{record.spanId}</Fact>}
      </dl>
      <CopyButton text={() => JSON.stringify(record, null, 2)} label="Copy the record as JSON" />
    </section>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div className={styles.entry}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
