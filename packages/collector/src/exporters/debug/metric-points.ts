import type { KeyValue, Metric } from '@clew/otlp/model'

/** A data point as one line. */
export interface PointLine {
  readonly attributes: readonly KeyValue[] | undefined
  readonly value: string
}

/** The points of a metric of any type, each with its value in short. */
export function pointLines(metric: Metric): PointLine[] {
  const numbers = metric.gauge?.dataPoints ?? metric.sum?.dataPoints
  if (numbers !== undefined) {
    return numbers.map((point) => ({
      attributes: point.attributes,
      value: String(point.asInt ?? point.asDouble ?? ''),
    }))
  }
  const histograms = metric.histogram?.dataPoints
  if (histograms !== undefined) {
    return histograms.map((point) => {
      const buckets = (point.bucketCounts ?? []).map((count, i) => `le${point.explicitBounds?.[i] ?? 'Inf'}=${count}`)
      return { attributes: point.attributes, value: [...totals(point), ...buckets].join(' ') }
    })
  }
  const others = metric.exponentialHistogram?.dataPoints ?? metric.summary?.dataPoints ?? []
  return others.map((point) => ({ attributes: point.attributes, value: totals(point).join(' ') }))
}

function totals(point: { count?: bigint; sum?: number; min?: number; max?: number }): string[] {
  const parts = [`count=${point.count ?? 0}`]
  if (point.sum !== undefined) parts.push(`sum=${point.sum}`)
  if (point.min !== undefined) parts.push(`min=${point.min}`)
  if (point.max !== undefined) parts.push(`max=${point.max}`)
  return parts
}
