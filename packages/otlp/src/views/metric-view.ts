import type { Batch } from '../batch.ts'
import { decodeMessage } from '../decode.ts'
import type { Metric } from '../model.ts'
import { ITEM_TYPES } from '../schema/otlp-schema.ts'
import { textAt } from '../wire/text.ts'
import { readEnd, readHigh, skip, varint } from '../wire/varint.ts'
import { AttributesView } from './attributes-view.ts'
import { Ranges } from './ranges.ts'

/** Kinds of metric data: the field numbers in `Metric`; 0 is a metric without data. */
export const METRIC_GAUGE = 5
export const METRIC_SUM = 7
export const METRIC_HISTOGRAM = 9
export const METRIC_EXPONENTIAL_HISTOGRAM = 10
export const METRIC_SUMMARY = 11

/** Looks at one metric of a batch after the other; its points are read with `PointView`. Rules as in `SpanView`. */
export class MetricView {
  source: Uint8Array = new Uint8Array(0)
  start = 0
  end = 0
  nameStart = 0
  nameEnd = 0
  descriptionStart = 0
  descriptionEnd = 0
  unitStart = 0
  unitEnd = 0
  /** One of the `METRIC_…` constants. */
  type = 0
  /** 0 unspecified, 1 delta, 2 cumulative. */
  temporality = 0
  monotonic = false
  /** Bodies for `PointView`. */
  readonly points: Ranges = new Ranges()
  readonly metadata: AttributesView = new AttributesView()
  #batch: Batch | undefined

  bind(batch: Batch): this {
    this.#batch = batch
    return this
  }

  /** Reads metric `item` of the bound batch. */
  seek(item: number): void {
    const batch = this.#batch!
    this.seekRange(batch.itemSource(item), batch.itemStart[item]!, batch.itemEnd[item]!)
  }

  /** Reads a metric body that lies in checked bytes outside a batch. */
  seekRange(source: Uint8Array, start: number, end: number): void {
    this.source = source
    this.start = start
    this.end = end
    this.nameStart = 0
    this.nameEnd = 0
    this.descriptionStart = 0
    this.descriptionEnd = 0
    this.unitStart = 0
    this.unitEnd = 0
    this.type = 0
    this.temporality = 0
    this.monotonic = false
    this.points.clear()
    this.metadata.reset(source)
    for (let pos = start; pos < end;) {
      const tag = varint(source, pos)
      pos = readEnd
      if ((tag & 7) !== 2) {
        pos = skip(source, pos, tag)
        continue
      }
      const length = varint(source, pos)
      const bodyStart = readEnd
      pos = bodyStart + length
      this.#takeBytes(tag >>> 3, bodyStart, pos)
    }
  }

  #takeBytes(field: number, start: number, end: number): void {
    switch (field) {
      case 1:
        this.nameStart = start
        this.nameEnd = end
        return
      case 2:
        this.descriptionStart = start
        this.descriptionEnd = end
        return
      case 3:
        this.unitStart = start
        this.unitEnd = end
        return
      case 12:
        return this.metadata.ranges.add(start, end)
      case METRIC_GAUGE:
      case METRIC_SUM:
      case METRIC_HISTOGRAM:
      case METRIC_EXPONENTIAL_HISTOGRAM:
      case METRIC_SUMMARY:
        this.type = field
        return this.#takeData(start, end)
      default:
    }
  }

  /** The five kinds use the same numbers: points 1, temporality 2, monotonic 3. */
  #takeData(start: number, end: number): void {
    const source = this.source
    for (let pos = start; pos < end;) {
      const tag = varint(source, pos)
      pos = readEnd
      if (tag === 0x0a) {
        const length = varint(source, pos)
        pos = readEnd + length
        this.points.add(readEnd, pos)
      } else if (tag === 0x10) {
        this.temporality = varint(source, pos) | 0
        pos = readEnd
      } else if (tag === 0x18) {
        this.monotonic = (varint(source, pos) | readHigh) !== 0
        pos = readEnd
      } else pos = skip(source, pos, tag)
    }
  }

  name(): string {
    return textAt(this.source, this.nameStart, this.nameEnd)
  }

  description(): string {
    return textAt(this.source, this.descriptionStart, this.descriptionEnd)
  }

  unit(): string {
    return textAt(this.source, this.unitStart, this.unitEnd)
  }

  /** The metric as an object. */
  toModel(): Metric {
    return decodeMessage(this.source, this.start, this.end, ITEM_TYPES.metrics)
  }
}
