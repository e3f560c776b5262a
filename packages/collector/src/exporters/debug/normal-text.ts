import type { Batch } from '@clew/otlp/batch'
import { decode } from '@clew/otlp/decode'
import type { KeyValue, Metric } from '@clew/otlp/model'
import { asText } from '../../kit/attribute-value.ts'
import { pointLines } from './metric-points.ts'

/** One line for each span, log record or data point. */
export function normalText(batch: Batch): string {
  if (batch.signal === 'traces') return spanLines(batch).join('\n')
  if (batch.signal === 'logs') return logLines(batch).join('\n')
  return metricLines(batch).join('\n')
}

function spanLines(batch: Batch): string[] {
  const lines: string[] = []
  for (const resource of decode('traces', batch).resourceSpans ?? []) {
    lines.push(`Resource #${lines.length} ${attributeText(resource.resource?.attributes)}`)
    for (const scope of resource.scopeSpans ?? []) {
      for (const span of scope.spans ?? []) {
        lines.push(
          `${span.name ?? ''} ${span.traceId ?? ''} ${span.spanId ?? ''} ${attributeText(span.attributes)}`.trimEnd(),
        )
      }
    }
  }
  return lines
}

function logLines(batch: Batch): string[] {
  const lines: string[] = []
  for (const resource of decode('logs', batch).resourceLogs ?? []) {
    for (const scope of resource.scopeLogs ?? []) {
      for (const record of scope.logRecords ?? []) {
        lines.push(`${asText(record.body ?? {})} ${attributeText(record.attributes)}`.trimEnd())
      }
    }
  }
  return lines
}

function metricLines(batch: Batch): string[] {
  const lines: string[] = []
  for (const resource of decode('metrics', batch).resourceMetrics ?? []) {
    for (const scope of resource.scopeMetrics ?? []) {
      for (const metric of scope.metrics ?? []) lines.push(...oneMetric(metric))
    }
  }
  return lines
}

function oneMetric(metric: Metric): string[] {
  return pointLines(metric).map(({ attributes, value }) =>
    `${metric.name ?? ''}{${attributeText(attributes, ',')}} ${value}`.trimEnd(),
  )
}

/** `key=value key=value`. */
function attributeText(attributes: readonly KeyValue[] | undefined, separator = ' '): string {
  return (attributes ?? []).map(({ key, value }) => `${key ?? ''}=${asText(value ?? {})}`).join(separator)
}
