import { SPAN_KINDS, SPAN_STATUSES, type SpanKind, type SpanStatus } from '@clew/contract/common'

/** Name of an OTLP span kind; what OTLP does not know counts as unspecified. */
export function kindName(kind: number): SpanKind {
  return SPAN_KINDS[kind] ?? 'unspecified'
}

/** Name of an OTLP status code; what OTLP does not know counts as unset. */
export function statusName(code: number): SpanStatus {
  return SPAN_STATUSES[code] ?? 'unset'
}
