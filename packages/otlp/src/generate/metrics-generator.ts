import type { Exemplar, KeyValue, Metric, MetricsRequest } from '../model.ts'
import { attributesOf } from './attributes-of.ts'
import { Random } from './random.ts'
import { shopResource } from './requests.ts'
import { SHOP } from './shop-topology.ts'

const CUMULATIVE = 2
const DELTA = 1
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

/** Running totals of one operation of one service. */
interface Series {
  readonly attributes: KeyValue[]
  readonly median: number
  readonly buckets: bigint[]
  count: bigint
  sum: number
  min: number
  max: number
}

/**
 * The metrics of the shop: for each service a request histogram (explicit and exponential), a request counter, memory and
 * event-loop gauges and a summary. Counters keep counting from one call to the next.
 */
export class MetricsGenerator {
  readonly #random: Random
  readonly #startNanos: bigint
  readonly #series: Map<string, Series[]> = new Map()
  #lastNanos: bigint

  constructor(seed: number, startNanos: bigint) {
    this.#random = new Random(seed)
    this.#startNanos = startNanos
    this.#lastNanos = startNanos
    for (const [service, { operations }] of Object.entries(SHOP)) {
      const list = Object.values(operations).map((operation): Series => {
        const [method = '', route] = operation.name.split(' ')
        return {
          attributes: attributesOf(
            route === undefined
              ? { 'rpc.system': 'grpc', 'rpc.method': method }
              : { 'http.request.method': method, 'http.route': route, 'http.response.status_code': 200 },
          ),
          median: operation.ms / 200,
          buckets: Array.from({ length: BOUNDS.length + 1 }, () => 0n),
          count: 0n,
          sum: 0,
          min: Infinity,
          max: 0,
        }
      })
      this.#series.set(service, list)
    }
  }

  /** One collection at `timeNanos`, with `requests` requests to every operation since the last one. */
  next(timeNanos: bigint, requests = 20): MetricsRequest {
    const request: MetricsRequest = {
      resourceMetrics: [...this.#series].map(([service, list]) => ({
        resource: shopResource(service),
        scopeMetrics: [{ scope: { name: `@shop/${service}` }, metrics: this.#collect(list, timeNanos, requests) }],
      })),
    }
    this.#lastNanos = timeNanos
    return request
  }

  #collect(list: readonly Series[], timeUnixNano: bigint, requests: number): Metric[] {
    const random = this.#random
    const startTimeUnixNano = this.#startNanos
    const exemplars: Exemplar[] = []
    const fresh: number[][] = list.map((series) => {
      const values = Array.from({ length: requests }, () => random.latency(series.median))
      for (const value of values) observe(series, value)
      exemplars.push({
        timeUnixNano: timeUnixNano - 1_000_000n,
        asDouble: values[0] ?? 0,
        traceId: random.hex(16),
        spanId: random.hex(8),
        filteredAttributes: attributesOf({ 'user.id': `u-${random.between(1, 50_000)}` }),
      })
      return values
    })
    const times = { startTimeUnixNano, timeUnixNano }
    return [
      {
        name: 'http.server.request.duration',
        description: 'Duration of HTTP server requests.',
        unit: 's',
        histogram: {
          aggregationTemporality: CUMULATIVE,
          dataPoints: list.map((series, i) => ({
            attributes: series.attributes,
            ...times,
            count: series.count,
            sum: series.sum,
            min: series.min,
            max: series.max,
            bucketCounts: [...series.buckets],
            explicitBounds: BOUNDS,
            exemplars: [exemplars[i]!],
          })),
        },
      },
      {
        name: 'shop.requests',
        unit: '{request}',
        sum: {
          aggregationTemporality: CUMULATIVE,
          isMonotonic: true,
          dataPoints: list.map((series) => ({ attributes: series.attributes, ...times, asInt: series.count })),
        },
      },
      {
        name: 'process.memory.usage',
        unit: 'By',
        sum: {
          aggregationTemporality: CUMULATIVE,
          dataPoints: [{ ...times, asInt: BigInt(random.between(80_000_000, 240_000_000)) }],
        },
      },
      {
        name: 'nodejs.eventloop.utilization',
        unit: '1',
        gauge: { dataPoints: [{ timeUnixNano, asDouble: random.fraction() }] },
      },
      {
        name: 'rpc.server.duration',
        unit: 's',
        exponentialHistogram: {
          aggregationTemporality: DELTA,
          dataPoints: list.map((series, i) => ({
            attributes: series.attributes,
            startTimeUnixNano: this.#lastNanos,
            timeUnixNano,
            ...exponential(fresh[i]!),
          })),
        },
      },
      {
        name: 'shop.basket.value',
        unit: '{EUR}',
        summary: {
          dataPoints: [
            {
              ...times,
              count: list[0]!.count,
              sum: Number(list[0]!.count) * 41.5,
              quantileValues: [0, 0.5, 0.9, 1].map((quantile) => ({ quantile, value: 10 + quantile * 90 })),
            },
          ],
        },
      },
    ]
  }
}

function observe(series: Series, value: number): void {
  series.count += 1n
  series.sum += value
  series.min = Math.min(series.min, value)
  series.max = Math.max(series.max, value)
  const bucket = BOUNDS.findIndex((bound) => value <= bound)
  series.buckets[bucket < 0 ? BOUNDS.length : bucket]! += 1n
}

/** The values in base-2 exponential buckets of scale 3. */
function exponential(values: readonly number[]): {
  count: bigint
  sum: number
  scale: number
  zeroCount: bigint
  positive: { offset: number; bucketCounts: bigint[] }
} {
  const scale = 3
  const indexes = values.map((value) => Math.ceil(Math.log2(value) * 2 ** scale) - 1)
  const offset = Math.min(0, ...indexes)
  const bucketCounts = Array.from({ length: Math.max(offset, ...indexes) - offset + 1 }, () => 0n)
  for (const index of indexes) bucketCounts[index - offset]! += 1n
  return {
    count: BigInt(values.length),
    sum: values.reduce((sum, value) => sum + value, 0),
    scale,
    zeroCount: 0n,
    positive: { offset, bucketCounts },
  }
}
