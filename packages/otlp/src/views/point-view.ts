import { decodeMessage } from '../decode.ts'
import type { ExponentialHistogramDataPoint, HistogramDataPoint, NumberDataPoint, SummaryDataPoint } from '../model.ts'
import { otlpType } from '../schema/otlp-schema.ts'
import type { MessageType } from '../schema/message-type.ts'
import { doubleAt, int64Of, uint32At, uint64Of, zigzag32 } from '../wire/fixed.ts'
import { longVarint, readEnd, skip, varint } from '../wire/varint.ts'
import { AttributesView } from './attributes-view.ts'
import {
  METRIC_EXPONENTIAL_HISTOGRAM,
  METRIC_GAUGE,
  METRIC_HISTOGRAM,
  METRIC_SUM,
  METRIC_SUMMARY,
  type MetricView,
} from './metric-view.ts'
import { DoubleList, Uint64List } from './number-list.ts'
import { Ranges } from './ranges.ts'

/** What a number point holds; 0 is a point without a value. */
export const NUMBER_DOUBLE = 1
export const NUMBER_INT = 2

/** The four point messages name the same things by other numbers; a point is read by role. */
const ROLE = {
  attributes: 1,
  start: 2,
  time: 3,
  flags: 4,
  double: 5,
  int: 6,
  exemplars: 7,
  count: 8,
  sum: 9,
  bucketCounts: 10,
  bounds: 11,
  min: 12,
  max: 13,
  scale: 14,
  zeroCount: 15,
  positive: 16,
  negative: 17,
  zeroThreshold: 18,
  quantiles: 19,
} as const

const ROLE_OF_FIELD: Readonly<Record<string, number>> = {
  ...ROLE,
  startTimeUnixNano: ROLE.start,
  timeUnixNano: ROLE.time,
  asDouble: ROLE.double,
  asInt: ROLE.int,
  explicitBounds: ROLE.bounds,
  quantileValues: ROLE.quantiles,
}

const POINT_TYPES: readonly [number, string][] = [
  [METRIC_GAUGE, 'NumberDataPoint'],
  [METRIC_SUM, 'NumberDataPoint'],
  [METRIC_HISTOGRAM, 'HistogramDataPoint'],
  [METRIC_EXPONENTIAL_HISTOGRAM, 'ExponentialHistogramDataPoint'],
  [METRIC_SUMMARY, 'SummaryDataPoint'],
]

/** `ROLES[metric type * 16 + field number]`. */
const ROLES = new Uint8Array(12 * 16)
const MESSAGE_OF_METRIC: (MessageType | undefined)[] = []
for (const [metricType, name] of POINT_TYPES) {
  const type = otlpType(name)
  MESSAGE_OF_METRIC[metricType] = type
  for (const field of type.fields) ROLES[metricType * 16 + field.number] = ROLE_OF_FIELD[field.name]!
}

/** One side of an exponential histogram. */
export class BucketsView {
  /** False when the point has no such side. */
  present = false
  offset = 0
  readonly counts: Uint64List = new Uint64List()
}

/**
 * Looks at one data point of a metric after the other: `view.seek(metric, i)`. Which fields have a meaning depends on the
 * metric's type; absent numbers are 0 and `has…` tells them from a written 0. Rules as in `SpanView`.
 */
export class PointView {
  source: Uint8Array = new Uint8Array(0)
  start = 0
  end = 0
  /** The type of the metric it belongs to, one of `METRIC_…`. */
  metricType = 0
  readonly attributes: AttributesView = new AttributesView()
  startTimeLow = 0
  startTimeHigh = 0
  timeLow = 0
  timeHigh = 0
  flags = 0
  /** Gauge and sum: one of `NUMBER_…`. */
  numberType = 0
  double = 0
  intLow = 0
  intHigh = 0
  /** Histograms and summary. */
  countLow = 0
  countHigh = 0
  sum = 0
  hasSum = false
  min = 0
  hasMin = false
  max = 0
  hasMax = false
  /** Histogram. */
  readonly bucketCounts: Uint64List = new Uint64List()
  readonly explicitBounds: DoubleList = new DoubleList()
  /** Exponential histogram. */
  scale = 0
  zeroCountLow = 0
  zeroCountHigh = 0
  zeroThreshold = 0
  readonly positive: BucketsView = new BucketsView()
  readonly negative: BucketsView = new BucketsView()
  /** Summary: quantile i and its value. */
  readonly quantiles: DoubleList = new DoubleList()
  readonly quantileValues: DoubleList = new DoubleList()
  /** Bodies for `ExemplarView`. */
  readonly exemplars: Ranges = new Ranges()

  /** Reads point `i` of the metric last sought. */
  seek(metric: MetricView, i: number): void {
    this.#reset(metric.source, metric.type)
    this.start = metric.points.starts[i]!
    this.end = metric.points.ends[i]!
    const source = this.source
    const row = metric.type * 16
    let pos = this.start
    while (pos < this.end) {
      let tag = source[pos++]!
      if (tag >= 0x80) {
        tag = longVarint(source, pos, tag)
        pos = readEnd
      }
      const role = tag < 128 ? ROLES[row + (tag >>> 3)]! : 0
      switch (role === 0 ? -1 : tag & 7) {
        case 2: {
          const length = varint(source, pos)
          const bodyStart = readEnd
          pos = bodyStart + length
          this.#takeBytes(role, bodyStart, pos)
          break
        }
        case 1:
          this.#takeFixed(role, pos)
          pos += 8
          break
        case 0: {
          const value = varint(source, pos)
          pos = readEnd
          if (role === ROLE.flags) this.flags = value
          else this.scale = zigzag32(value)
          break
        }
        default:
          pos = skip(source, pos, tag)
      }
    }
  }

  #reset(source: Uint8Array, metricType: number): void {
    this.source = source
    this.metricType = metricType
    this.attributes.reset(source)
    this.startTimeLow = 0
    this.startTimeHigh = 0
    this.timeLow = 0
    this.timeHigh = 0
    this.flags = 0
    this.numberType = 0
    this.double = 0
    this.intLow = 0
    this.intHigh = 0
    this.countLow = 0
    this.countHigh = 0
    this.sum = 0
    this.hasSum = false
    this.min = 0
    this.hasMin = false
    this.max = 0
    this.hasMax = false
    this.bucketCounts.clear()
    this.explicitBounds.clear()
    this.scale = 0
    this.zeroCountLow = 0
    this.zeroCountHigh = 0
    this.zeroThreshold = 0
    this.positive.present = false
    this.positive.offset = 0
    this.positive.counts.clear()
    this.negative.present = false
    this.negative.offset = 0
    this.negative.counts.clear()
    this.quantiles.clear()
    this.quantileValues.clear()
    this.exemplars.clear()
  }

  #takeFixed(role: number, pos: number): void {
    const source = this.source
    switch (role) {
      case ROLE.start:
        this.startTimeLow = uint32At(source, pos)
        this.startTimeHigh = uint32At(source, pos + 4)
        return
      case ROLE.time:
        this.timeLow = uint32At(source, pos)
        this.timeHigh = uint32At(source, pos + 4)
        return
      case ROLE.double:
        this.numberType = NUMBER_DOUBLE
        this.double = doubleAt(source, pos)
        return
      case ROLE.int:
        this.numberType = NUMBER_INT
        this.intLow = uint32At(source, pos)
        this.intHigh = uint32At(source, pos + 4)
        return
      case ROLE.count:
        this.countLow = uint32At(source, pos)
        this.countHigh = uint32At(source, pos + 4)
        return
      case ROLE.sum:
        this.hasSum = true
        this.sum = doubleAt(source, pos)
        return
      case ROLE.min:
        this.hasMin = true
        this.min = doubleAt(source, pos)
        return
      case ROLE.max:
        this.hasMax = true
        this.max = doubleAt(source, pos)
        return
      case ROLE.zeroCount:
        this.zeroCountLow = uint32At(source, pos)
        this.zeroCountHigh = uint32At(source, pos + 4)
        return
      case ROLE.zeroThreshold:
        this.zeroThreshold = doubleAt(source, pos)
        return
      case ROLE.bucketCounts:
        return this.bucketCounts.addFixed(source, pos, pos + 8)
      case ROLE.bounds:
        return this.explicitBounds.addAll(source, pos, pos + 8)
      default:
    }
  }

  #takeBytes(role: number, start: number, end: number): void {
    switch (role) {
      case ROLE.attributes:
        return this.attributes.ranges.add(start, end)
      case ROLE.exemplars:
        return this.exemplars.add(start, end)
      case ROLE.bucketCounts:
        return this.bucketCounts.addFixed(this.source, start, end)
      case ROLE.bounds:
        return this.explicitBounds.addAll(this.source, start, end)
      case ROLE.positive:
        return this.#takeBuckets(this.positive, start, end)
      case ROLE.negative:
        return this.#takeBuckets(this.negative, start, end)
      case ROLE.quantiles:
        return this.#takeQuantile(start, end)
      default:
    }
  }

  #takeBuckets(buckets: BucketsView, start: number, end: number): void {
    const source = this.source
    buckets.present = true
    for (let pos = start; pos < end;) {
      const tag = varint(source, pos)
      pos = readEnd
      if (tag === 0x08) {
        buckets.offset = zigzag32(varint(source, pos))
        pos = readEnd
      } else if (tag === 0x10) {
        const next = skip(source, pos, tag)
        buckets.counts.addVarints(source, pos, next)
        pos = next
      } else if (tag === 0x12) {
        const length = varint(source, pos)
        const packed = readEnd
        pos = packed + length
        buckets.counts.addVarints(source, packed, pos)
      } else pos = skip(source, pos, tag)
    }
  }

  #takeQuantile(start: number, end: number): void {
    const source = this.source
    const { quantiles, quantileValues } = this
    let quantileAt = -1
    let valueAt = -1
    for (let pos = start; pos < end;) {
      const tag = varint(source, pos)
      pos = readEnd
      if (tag === 0x09) quantileAt = pos
      else if (tag === 0x11) valueAt = pos
      pos = skip(source, pos, tag)
    }
    addDouble(quantiles, source, quantileAt)
    addDouble(quantileValues, source, valueAt)
  }

  timeNanos(): bigint {
    return uint64Of(this.timeLow, this.timeHigh)
  }

  /** 0 when the sender did not say. */
  startTimeNanos(): bigint {
    return uint64Of(this.startTimeLow, this.startTimeHigh)
  }

  /** Only for `NUMBER_INT`. */
  int(): bigint {
    return int64Of(this.intLow, this.intHigh)
  }

  count(): bigint {
    return uint64Of(this.countLow, this.countHigh)
  }

  zeroCount(): bigint {
    return uint64Of(this.zeroCountLow, this.zeroCountHigh)
  }

  /** The point as an object. */
  toModel(): NumberDataPoint | HistogramDataPoint | ExponentialHistogramDataPoint | SummaryDataPoint {
    return decodeMessage(this.source, this.start, this.end, MESSAGE_OF_METRIC[this.metricType]!)
  }
}

const ZERO = new Uint8Array(8)

/** Adds the double at `at`, or 0 when the field was absent (-1). */
function addDouble(list: DoubleList, source: Uint8Array, at: number): void {
  if (at < 0) list.addAll(ZERO, 0, 8)
  else list.addAll(source, at, at + 8)
}
