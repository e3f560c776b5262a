import { useState } from 'react'
import type { Attribute } from '@clew/contract/common'
import type { SpanDetail } from '@clew/contract/traces'
import type { FieldLevel } from '@clew/lang/search/ast'
import { matchingAttributes } from '../../model/attribute-text.ts'
import { formatItems } from '../../model/format-count.ts'
import { AttributeList } from '../../shell/attribute-list.tsx'
import { TextInput } from '../../ui/text-input.tsx'
import styles from './span-panel.module.css'

/** Attributes of the span, of its resource and of its instrumentation scope, with a filter over all of them. */
export function SpanAttributes({ span, onFilter }: { span: SpanDetail; onFilter: (condition: string) => void }) {
  const [text, setText] = useState('')
  const { scope } = span
  const scopeFacts: Attribute[] = [
    { key: 'name', value: { type: 'string', value: scope.name } },
    { key: 'version', value: { type: 'string', value: scope.version } },
  ]
  const trace: Attribute[] = [
    { key: 'trace_state', value: { type: 'string', value: span.traceState } },
    { key: 'flags', value: { type: 'int', value: String(span.flags) } },
    { key: 'resource schema', value: { type: 'string', value: span.resourceSchemaUrl } },
    { key: 'scope schema', value: { type: 'string', value: scope.schemaUrl } },
  ]
  return (
    <div className={styles.tab}>
      <TextInput
        label="Filter attributes"
        icon="filter"
        placeholder="Filter keys and values"
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <Section
        title="Span"
        attributes={matchingAttributes(span.attributes, text)}
        level="span"
        onFilter={onFilter}
        dropped={span.droppedAttributesCount}
      />
      <Section
        title="Resource"
        attributes={matchingAttributes(span.resource, text)}
        level="resource"
        onFilter={onFilter}
      />
      <Section
        title="Scope"
        attributes={matchingAttributes([...scopeFacts.filter(hasText), ...scope.attributes], text)}
        level="scope"
        onFilter={onFilter}
      />
      <Section
        title="Trace context"
        attributes={matchingAttributes(trace.filter(hasText), text)}
        level={undefined}
        onFilter={undefined}
      />
    </div>
  )
}

const hasText = ({ value }: Attribute): boolean => value.value !== ''

function Section({
  title,
  attributes,
  level,
  onFilter,
  dropped = 0,
}: {
  title: string
  attributes: readonly Attribute[]
  level: FieldLevel | undefined
  onFilter: ((condition: string) => void) | undefined
  dropped?: number
}) {
  if (attributes.length === 0 && dropped === 0) return null
  return (
    <section>
      <h3 className={styles.heading}>{title}</h3>
      <AttributeList attributes={attributes} level={level} onFilter={onFilter} />
      {dropped > 0 && <p className={styles.note}>{formatItems(dropped, 'attribute')} dropped by the sender</p>}
    </section>
  )
}
