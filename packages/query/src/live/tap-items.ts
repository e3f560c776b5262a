import type { OutputOf } from '@clew/contract/endpoint'
import type { tapPipeline } from '@clew/contract/pipeline'
import type { Batch } from '@clew/otlp/batch'
import { decode } from '@clew/otlp/decode'
import type { Resource } from '@clew/otlp/model'
import { liveLogs } from './live-logs.ts'

export type TapItem = OutputOf<typeof tapPipeline>['items'][number]

/** What is in a batch, one line each. */
export function tapItems(batch: Batch, timeNanos: bigint): TapItem[] {
  switch (batch.signal) {
    case 'traces':
      return spanItems(batch)
    case 'logs':
      return liveLogs(batch, timeNanos, 0).map((record) => ({
        signal: 'logs',
        timeNanos: record.timeNanos,
        service: record.service,
        title: record.text,
        traceId: record.traceId,
        spanId: record.spanId,
        durationNanos: null,
        error: record.severityNumber >= FIRST_ERROR_SEVERITY,
      }))
    case 'metrics':
      return metricItems(batch, timeNanos)
  }
}

const FIRST_ERROR_SEVERITY = 17
const STATUS_ERROR = 2

function spanItems(batch: Batch): TapItem[] {
  return (decode('traces', batch).resourceSpans ?? []).flatMap(({ resource, scopeSpans }) =>
    (scopeSpans ?? []).flatMap(({ spans }) =>
      (spans ?? []).map((span): TapItem => {
        const start = span.startTimeUnixNano ?? 0n
        return {
          signal: 'traces',
          timeNanos: start.toString(),
          service: serviceOf(resource),
          title: span.name ?? '',
          traceId: span.traceId ?? '',
          spanId: span.spanId ?? '',
          durationNanos: Number((span.endTimeUnixNano ?? start) - start),
          error: span.status?.code === STATUS_ERROR,
        }
      }),
    ),
  )
}

function metricItems(batch: Batch, timeNanos: bigint): TapItem[] {
  return (decode('metrics', batch).resourceMetrics ?? []).flatMap(({ resource, scopeMetrics }) =>
    (scopeMetrics ?? []).flatMap(({ metrics }) =>
      (metrics ?? []).map((metric): TapItem => ({
        signal: 'metrics',
        timeNanos: timeNanos.toString(),
        service: serviceOf(resource),
        title: metric.name ?? '',
        traceId: '',
        spanId: '',
        durationNanos: null,
        error: false,
      })),
    ),
  )
}

function serviceOf(resource: Resource | undefined): string {
  return resource?.attributes?.find((each) => each.key === 'service.name')?.value?.stringValue ?? ''
}
