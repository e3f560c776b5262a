import { SEVERITIES, type LogRecord, type Severity } from '@clew/contract/logs'
import type { AnyValue } from '@clew/contract/common'
import { PROMOTED_LOG_ATTRIBUTES } from '@clew/store/schema/promoted'
import { decodeTagged } from '@clew/store/read/attributes-decode'
import { sql, type Sql } from '@clew/store/sql/sql'
import type { Question } from '../run/question.ts'
import { readInterned } from '../values/interned.ts'
import { otlpValue } from '../values/otlp-value.ts'
import { promotedSelect, rowAttributes } from '../values/promoted-values.ts'
import { valueText } from '../values/stored-value.ts'

const ZERO_TRACE = '0'.repeat(32)
const ZERO_SPAN = '0'.repeat(16)
/** `BodyType` of a record without a body. */
const NO_BODY = 8

interface LogRow {
  id: string
  atNanos: string
  timeNanos: string
  observedNanos: string
  service: string
  severityNumber: number
  severityText: string
  bodyText: string
  bodyType: number
  traceId: string
  spanId: string
  flags: number
  eventName: string
  resourceId: string
  scopeId: string
  attributes: [string, string][]
  dropped: number
}

/** A record with its place in the order. */
export interface PlacedLog {
  readonly atNanos: string
  readonly id: string
  readonly record: LogRecord
}

/** Records for a condition on rows of `logs`; `order` and `limit` as SQL asks. */
export async function readLogs(where: Sql, order: Sql, limit: number, question: Question): Promise<PlacedLog[]> {
  const { rows } = await question.run<LogRow & Record<string, unknown>>(
    sql`SELECT Id AS id, AtNanos AS atNanos, TimeNanos AS timeNanos, ObservedNanos AS observedNanos,
  toString(Service) AS service, SeverityNumber AS severityNumber, toString(SeverityText) AS severityText,
  Body AS bodyText, BodyType AS bodyType, lower(hex(TraceId)) AS traceId, lower(hex(SpanId)) AS spanId, Flags AS flags,
  toString(EventName) AS eventName, ResourceId AS resourceId, ScopeId AS scopeId, Attributes AS attributes,
  DroppedAttributes AS dropped,
  ${promotedSelect(PROMOTED_LOG_ATTRIBUTES)}
FROM logs
WHERE ${where}
ORDER BY ${order}
LIMIT ${limit}`,
    { shown: true },
  )
  const interned = await readInterned(rows, question)
  return rows.map((row) => {
    const body = otlpValue(row.bodyType === NO_BODY ? {} : decodeTagged(row.bodyType, row.bodyText))
    const scope = interned.scopes.get(row.scopeId)
    return {
      atNanos: row.atNanos,
      id: row.id,
      record: {
        id: row.id,
        timeNanos: row.timeNanos === '0' ? row.atNanos : row.timeNanos,
        observedTimeNanos: row.observedNanos,
        service: row.service,
        severity: severityName(row.severityNumber),
        severityNumber: row.severityNumber,
        severityText: row.severityText,
        eventName: row.eventName,
        text: oneLine(body),
        body,
        traceId: row.traceId === ZERO_TRACE ? '' : row.traceId,
        spanId: row.spanId === ZERO_SPAN ? '' : row.spanId,
        flags: row.flags,
        attributes: rowAttributes(PROMOTED_LOG_ATTRIBUTES, row),
        resource: interned.resources.get(row.resourceId)?.attributes ?? [],
        scope: { name: scope?.name ?? '', version: scope?.version ?? '', attributes: scope?.attributes ?? [] },
        droppedAttributesCount: row.dropped,
      },
    }
  })
}

/** The range of a severity number: 1 to 4 trace, 5 to 8 debug, and so on. */
export function severityName(number: number): Severity {
  return SEVERITIES[Math.ceil(number / 4)] ?? 'unspecified'
}

/** A body as one line of text for lists. */
export function oneLine(body: AnyValue): string {
  return valueText(body).replaceAll(/\s+/g, ' ').trim()
}
