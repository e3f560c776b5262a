import type { Attribute } from '@clew/contract/common'
import type { SpanDetail } from '@clew/contract/traces'
import { PROMOTED_SPAN_ATTRIBUTES } from '@clew/store/schema/promoted'
import { sql, type Sql } from '@clew/store/sql/sql'
import { readInterned, type InternedScope } from '../values/interned.ts'
import { kindName, statusName } from '../run/names.ts'
import type { Question } from '../run/question.ts'
import { promotedSelect, rowAttributes } from '../values/promoted-values.ts'
import { storedAttributes } from '../values/stored-value.ts'

type Pairs = [string, string][]

interface DetailRow {
  traceId: string
  spanId: string
  parentSpanId: string
  traceState: string
  flags: number
  service: string
  name: string
  kind: number
  status: number
  message: string
  startNanos: string
  duration: string
  attributes: Pairs
  resourceId: string
  scopeId: string
  eventNanos: string[]
  eventNames: string[]
  eventAttributes: Pairs[]
  eventDropped: number[]
  linkTraceIds: string[]
  linkSpanIds: string[]
  linkStates: string[]
  linkFlags: number[]
  linkAttributes: Pairs[]
  linkDropped: number[]
  droppedAttributes: number
  droppedEvents: number
  droppedLinks: number
  adjusted: number
}

const ZERO_SPAN = '0000000000000000'

/** Spans with everything they carry, earliest first; `where` is an expression over a row of `spans`. */
export async function readSpanDetails(where: Sql, limit: number, question: Question): Promise<SpanDetail[]> {
  const { rows } = await question.run<DetailRow & Record<string, unknown>>(
    sql`SELECT lower(hex(TraceId)) AS traceId, lower(hex(SpanId)) AS spanId, lower(hex(ParentSpanId)) AS parentSpanId,
  TraceState AS traceState, Flags AS flags, toString(Service) AS service, toString(Name) AS name, Kind AS kind,
  StatusCode AS status, StatusMessage AS message, StartNanos AS startNanos, DurationNanos AS duration,
  Attributes AS attributes, ResourceId AS resourceId, ScopeId AS scopeId,
  EventNanos AS eventNanos, EventName AS eventNames, EventAttributes AS eventAttributes,
  EventDroppedAttributes AS eventDropped,
  arrayMap(x -> lower(hex(x)), LinkTraceId) AS linkTraceIds, arrayMap(x -> lower(hex(x)), LinkSpanId) AS linkSpanIds,
  LinkTraceState AS linkStates, LinkFlags AS linkFlags, LinkAttributes AS linkAttributes,
  LinkDroppedAttributes AS linkDropped,
  DroppedAttributes AS droppedAttributes, DroppedEvents AS droppedEvents, DroppedLinks AS droppedLinks,
  AdjustedCount AS adjusted,
  ${promotedSelect(PROMOTED_SPAN_ATTRIBUTES)}
FROM spans
WHERE ${where}
ORDER BY startNanos, spanId
LIMIT ${limit}`,
    { shown: true },
  )
  const interned = await readInterned(rows, question)
  return rows.map((row) => {
    const resource = interned.resources.get(row.resourceId)
    return {
      traceId: row.traceId,
      spanId: row.spanId,
      parentSpanId: row.parentSpanId === ZERO_SPAN ? '' : row.parentSpanId,
      traceState: row.traceState,
      flags: row.flags,
      service: row.service,
      name: row.name,
      kind: kindName(row.kind),
      status: statusName(row.status),
      statusMessage: row.message,
      startNanos: row.startNanos,
      durationNanos: Number(row.duration),
      attributes: rowAttributes(PROMOTED_SPAN_ATTRIBUTES, row),
      resource: resource?.attributes ?? [],
      resourceSchemaUrl: resource?.schemaUrl ?? '',
      scope: interned.scopes.get(row.scopeId) ?? NO_SCOPE,
      events: row.eventNanos.map((timeNanos, i) => ({
        timeNanos,
        name: row.eventNames[i] ?? '',
        attributes: attributesAt(row.eventAttributes, i),
        droppedAttributesCount: row.eventDropped[i] ?? 0,
      })),
      links: row.linkTraceIds.map((traceId, i) => ({
        traceId,
        spanId: row.linkSpanIds[i] ?? '',
        traceState: row.linkStates[i] ?? '',
        flags: row.linkFlags[i] ?? 0,
        attributes: attributesAt(row.linkAttributes, i),
        droppedAttributesCount: row.linkDropped[i] ?? 0,
      })),
      droppedAttributesCount: row.droppedAttributes,
      droppedEventsCount: row.droppedEvents,
      droppedLinksCount: row.droppedLinks,
      adjustedCount: row.adjusted,
    }
  })
}

const NO_SCOPE: InternedScope = { name: '', version: '', attributes: [], schemaUrl: '' }

function attributesAt(maps: readonly Pairs[], index: number): Attribute[] {
  return storedAttributes(maps[index] ?? [])
}
