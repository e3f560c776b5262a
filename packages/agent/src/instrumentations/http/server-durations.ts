import { ValueType, type Attributes, type HrTime } from '@opentelemetry/api'
import { emptyResource } from '@opentelemetry/resources'
import {
  AggregationTemporality,
  DataPointType,
  type CollectionResult,
  type DataPoint,
  type Histogram,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics'

/** `http.server.request.duration` buckets of the semantic conventions, in seconds. */
export const BOUNDARIES_SECONDS: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
]

/** What tells one series from another. */
export interface ServedFacts {
  readonly method: string
  readonly scheme: string
  readonly version: string
  readonly route: string | undefined
  readonly statusCode: number | undefined
  readonly errorType: string | undefined
}

interface Series {
  readonly attributes: Attributes
  counts: number[]
  count: number
  sum: number
  min: number
  max: number
}

/** More series than that are counted together, as the SDK does it. */
const MAX_SERIES = 2000
const OVERFLOW_KEY = 'overflow'

/**
 * The durations of incoming requests, added up where they are measured: a request costs one look-up instead of a set
 * of attributes that is sorted and hashed. The SDK's reader collects them with its own metrics.
 */
export class ServerDurations implements MetricProducer {
  readonly #scope: string
  readonly #temporality: AggregationTemporality
  readonly #series = new Map<string, Series>()
  #start: HrTime = now()

  constructor(scope: string, temporality: AggregationTemporality) {
    this.#scope = scope
    this.#temporality = temporality
  }

  record(seconds: number, facts: ServedFacts): void {
    const { method, scheme, version, route, statusCode, errorType } = facts
    const key = `${method} ${scheme} ${version} ${statusCode ?? ''} ${errorType ?? ''} ${route === undefined ? '' : `r${route}`}`
    const series = this.#series.get(key) ?? this.#add(key, facts)
    let bucket = 0
    while (bucket < BOUNDARIES_SECONDS.length && seconds > BOUNDARIES_SECONDS[bucket]!) bucket++
    series.counts[bucket]!++
    series.count++
    series.sum += seconds
    if (seconds < series.min) series.min = seconds
    if (seconds > series.max) series.max = seconds
  }

  /** What the reader takes. With delta temporality everything starts again. */
  collect(): Promise<CollectionResult> {
    const end = now()
    const start = this.#start
    const dataPoints = [...this.#series.values()].map((series) => point(series, start, end))
    if (this.#temporality === AggregationTemporality.DELTA) {
      this.#series.clear()
      this.#start = end
    }
    const metrics = [
      {
        descriptor: {
          name: 'http.server.request.duration',
          description: 'Duration of HTTP server requests.',
          unit: 's',
          valueType: ValueType.DOUBLE,
        },
        aggregationTemporality: this.#temporality,
        dataPointType: DataPointType.HISTOGRAM as const,
        dataPoints,
      },
    ]
    const scopeMetrics = dataPoints.length === 0 ? [] : [{ scope: { name: this.#scope }, metrics }]
    return Promise.resolve({ resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] })
  }

  #add(key: string, facts: ServedFacts): Series {
    const full = this.#series.size >= MAX_SERIES - 1
    const present = full ? this.#series.get(OVERFLOW_KEY) : undefined
    if (present !== undefined) return present
    const series: Series = {
      attributes: full ? { 'otel.metric.overflow': true } : seriesAttributes(facts),
      counts: Array.from({ length: BOUNDARIES_SECONDS.length + 1 }, () => 0),
      count: 0,
      sum: 0,
      min: Number.POSITIVE_INFINITY,
      max: 0,
    }
    this.#series.set(full ? OVERFLOW_KEY : key, series)
    return series
  }
}

/** The attributes of a series, after the semantic conventions. */
export function seriesAttributes({ method, scheme, version, route, statusCode, errorType }: ServedFacts): Attributes {
  return {
    'http.request.method': method,
    'url.scheme': scheme,
    'network.protocol.version': version,
    ...(route === undefined ? {} : { 'http.route': route }),
    ...(statusCode === undefined ? {} : { 'http.response.status_code': statusCode }),
    ...(errorType === undefined ? {} : { 'error.type': errorType }),
  }
}

function point(
  { attributes, counts, count, sum, min, max }: Series,
  startTime: HrTime,
  endTime: HrTime,
): DataPoint<Histogram> {
  const buckets = { boundaries: [...BOUNDARIES_SECONDS], counts: [...counts] }
  return { startTime, endTime, attributes, value: { buckets, count, sum, min, max } }
}

function now(): HrTime {
  const nowMs = Date.now()
  return [Math.floor(nowMs / 1000), (nowMs % 1000) * 1e6]
}
