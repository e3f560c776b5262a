import type { Batch } from '@clew/otlp/batch'
import { LogRecordView } from '@clew/otlp/views/log-record-view'
import { MetricView } from '@clew/otlp/views/metric-view'
import { SpanView } from '@clew/otlp/views/span-view'

/** Enough of an item to find it again. Empty where the item has none. */
export interface ItemIdentity {
  readonly traceId: string
  readonly spanId: string
  /** Span or metric name; empty for log records. */
  readonly name: string
}

const MAX_NAME_CHARS = 200

// One of each: they are filled and read within one call.
const span = new SpanView()
const record = new LogRecordView()
const metric = new MetricView()

/** The identity of item `index`. */
export function identify(batch: Batch, index: number): ItemIdentity {
  switch (batch.signal) {
    case 'traces':
      span.bind(batch).seek(index)
      return { traceId: span.traceIdHex(), spanId: span.spanIdHex(), name: span.name().slice(0, MAX_NAME_CHARS) }
    case 'logs':
      record.bind(batch).seek(index)
      return { traceId: record.traceIdHex(), spanId: record.spanIdHex(), name: '' }
    case 'metrics':
      metric.bind(batch).seek(index)
      return { traceId: '', spanId: '', name: metric.name().slice(0, MAX_NAME_CHARS) }
  }
}
