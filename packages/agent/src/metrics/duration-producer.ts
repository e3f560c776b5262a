import { ValueType, type Attributes, type HrTime, type Span } from '@opentelemetry/api'
import { emptyResource } from '@opentelemetry/resources'
import {
  AggregationTemporality,
  DataPointType,
  type CollectionResult,
  type DataPoint,
  type Histogram,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics'
import {
  ExemplarReservoir,
  MAX_EXEMPLARS,
  type Exemplar,
  type ExemplarBudget,
  type ExemplarFilter,
} from './exemplar-reservoir.ts'

/** A histogram of durations in seconds: what it is called, and what tells one of its series from another. */
export interface DurationDefinition<Facts> {
  /** Scope of the metric. */
  readonly scope: string
  readonly name: string
  readonly description: string
  /** Ascending, inclusive, in seconds. */
  readonly boundaries: readonly number[]
  /** The same text for the same attributes, and only for them; made for every record, so keep it cheap. */
  readonly keyOf: (facts: Facts) => string
  /** Whether two have the same key; spares making it where one is like the one before. */
  readonly alike?: (a: Facts, b: Facts) => boolean
  /** The attributes of a series; made once for each. */
  readonly attributesOf: (facts: Facts) => Attributes
}

/** Takes one duration in seconds, and the span that has taken it, for exemplars. */
export type RecordDuration<Facts> = (seconds: number, facts: Facts, span?: Span) => void

/** Where durations go; undefined where metrics are off. */
export type DurationRecorders = <Facts>(definition: DurationDefinition<Facts>) => RecordDuration<Facts> | undefined

/** Buckets of the semantic conventions for HTTP and database durations, in seconds. */
export const REQUEST_BOUNDARIES: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
]

/** A point with exemplars, which the SDK's own has no place for. */
export interface DurationPoint extends DataPoint<Histogram> {
  readonly exemplars: readonly Exemplar[]
}

interface Series {
  readonly attributes: Attributes
  readonly exemplars: ExemplarReservoir | undefined
  readonly counts: number[]
  count: number
  sum: number
  min: number
  max: number
}

interface Metric {
  readonly definition: Omit<DurationDefinition<never>, 'keyOf' | 'attributesOf' | 'alike'>
  readonly series: Map<string, Series>
  readonly budget: ExemplarBudget
  /** The series of the last record; none after the series have been taken. */
  last: Series | undefined
}

/** More series than that are counted together, as the SDK does it. */
const MAX_SERIES = 2000
const OVERFLOW_KEY = '\0overflow'

/**
 * Durations added up where they are measured: a record costs one look-up instead of a set of attributes that is sorted
 * and hashed. The SDK's reader collects them with its own metrics.
 */
export class DurationProducer implements MetricProducer {
  readonly #temporality: AggregationTemporality
  readonly #exemplars: ExemplarFilter
  readonly #metrics: Metric[] = []
  #start: HrTime = now()

  constructor(temporality: AggregationTemporality, exemplars: ExemplarFilter = 'trace_based') {
    this.#temporality = temporality
    this.#exemplars = exemplars
  }

  /** A metric, and what records to it. To be called once for each. */
  recorder<Facts>(definition: DurationDefinition<Facts>): RecordDuration<Facts> {
    const series = new Map<string, Series>()
    const budget = { left: MAX_EXEMPLARS }
    const metric: Metric = { definition, series, budget, last: undefined }
    this.#metrics.push(metric)
    const { boundaries, keyOf, alike } = definition
    const reservoir = (): ExemplarReservoir | undefined =>
      this.#exemplars === 'always_off'
        ? undefined
        : new ExemplarReservoir(this.#exemplars, boundaries.length + 1, budget)
    let before: Facts | undefined
    return (seconds, facts, span) => {
      let found = before !== undefined && alike?.(before, facts) === true ? metric.last : undefined
      if (found === undefined) {
        const key = keyOf(facts)
        found = series.get(key) ?? addSeries(series, key, definition, facts, reservoir)
        metric.last = found
        before = facts
      }
      let bucket = 0
      while (bucket < boundaries.length && seconds > boundaries[bucket]!) bucket++
      found.counts[bucket]!++
      found.count++
      found.sum += seconds
      if (seconds < found.min) found.min = seconds
      if (seconds > found.max) found.max = seconds
      found.exemplars?.offer(bucket, seconds, span)
    }
  }

  /** What the reader takes. With delta temporality everything starts again. */
  collect(): Promise<CollectionResult> {
    const end = now()
    const byScope = new Map<string, MetricData[]>()
    for (const { definition, series } of this.#metrics) {
      if (series.size === 0) continue
      const { scope, name, description, boundaries } = definition
      const metric: MetricData = {
        descriptor: { name, description, unit: 's', valueType: ValueType.DOUBLE },
        aggregationTemporality: this.#temporality,
        dataPointType: DataPointType.HISTOGRAM,
        dataPoints: [...series.values()].map((one) => point(one, boundaries, this.#start, end)),
      }
      byScope.set(scope, [...(byScope.get(scope) ?? []), metric])
    }
    for (const { budget } of this.#metrics) budget.left = MAX_EXEMPLARS
    if (this.#temporality === AggregationTemporality.DELTA) {
      for (const metric of this.#metrics) {
        metric.series.clear()
        metric.last = undefined
      }
      this.#start = end
    }
    const scopeMetrics = [...byScope].map(([name, metrics]) => ({ scope: { name }, metrics }))
    return Promise.resolve({ resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] })
  }
}

function addSeries<Facts>(
  all: Map<string, Series>,
  key: string,
  { boundaries, attributesOf }: DurationDefinition<Facts>,
  facts: Facts,
  reservoir: () => ExemplarReservoir | undefined,
): Series {
  const full = all.size >= MAX_SERIES - 1
  const present = full ? all.get(OVERFLOW_KEY) : undefined
  if (present !== undefined) return present
  const series: Series = {
    attributes: full ? { 'otel.metric.overflow': true } : attributesOf(facts),
    exemplars: reservoir(),
    counts: Array.from({ length: boundaries.length + 1 }, () => 0),
    count: 0,
    sum: 0,
    min: Number.POSITIVE_INFINITY,
    max: 0,
  }
  all.set(full ? OVERFLOW_KEY : key, series)
  return series
}

function point(
  { attributes, exemplars, counts, count, sum, min, max }: Series,
  boundaries: readonly number[],
  startTime: HrTime,
  endTime: HrTime,
): DurationPoint {
  const buckets = { boundaries: [...boundaries], counts: [...counts] }
  const value = { buckets, count, sum, min, max }
  return { startTime, endTime, attributes, value, exemplars: exemplars?.take() ?? [] }
}

function now(): HrTime {
  const nowMs = Date.now()
  return [Math.floor(nowMs / 1000), (nowMs % 1000) * 1e6]
}
