import type { LogRecord } from '@clew/contract/logs'
import { pageHref } from '../../shell/url-state.ts'

/** The trace that a record belongs to, with its span selected. */
export function traceHref(record: LogRecord): string {
  return pageHref(`/traces/${record.traceId}`, record.spanId === '' ? {} : { span: record.spanId })
}
