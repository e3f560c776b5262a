import type { LogsUrl } from './url.ts'

/** What the log endpoints are asked. Records of a trace need no time range: it would only hide some of them. */
export function logsInput(
  url: LogsUrl,
  range: { readonly start: string; readonly end: string },
): { q: string; start?: string; end?: string; traceId?: string; spanId?: string } {
  if (url.traceId === '') return { q: url.q, start: range.start, end: range.end }
  return { q: url.q, traceId: url.traceId, ...(url.spanId === '' ? {} : { spanId: url.spanId }) }
}
