import { type BatchIndex, indexRequest } from './batch-index.ts'
import { BatchEditor } from './batch-editor.ts'
import { encodeEnvelope, envelopeSize } from './envelope.ts'
import { withPath } from './error-path.ts'
import { jsonToProtobuf } from './json/json-to-protobuf.ts'
import { mergeSplitMessages } from './merge-split-messages.ts'
import { REQUEST_TYPES } from './schema/otlp-schema.ts'
import type { Signal } from './signal.ts'
import { DecodeError } from './wire/decode-error.ts'
import { textAt } from './wire/text.ts'

const NO_BYTES = new Uint8Array(0)

/** Which bodies of an edited batch lie in the overlay instead of the source (1 = overlay). */
export interface OverlayMarks {
  readonly items: Uint8Array
  readonly scopes: Uint8Array
  readonly resources: Uint8Array
}

/** What makes up a batch. Only this package makes them. */
export interface BatchParts {
  readonly signal: Signal
  readonly index: BatchIndex
  readonly source: Uint8Array
  /** The request as one run of bytes, when there is one. */
  readonly encoded?: Uint8Array | undefined
  readonly overlay?: Uint8Array | undefined
  readonly marks?: OverlayMarks | undefined
}

/**
 * One OTLP request: the bytes it arrived in plus an index of where its resources, scopes and items (spans, log records,
 * metrics) lie. Everything in it was checked once, so views read it without bounds checks. It never changes; edits make
 * a new batch that shares the bytes. Items of a scope and scopes of a resource follow each other.
 *
 * The byte ranges are message bodies, without tag and length. An empty range (0, 0) stands for an absent message.
 */
export class Batch {
  readonly signal: Signal
  /** Spans, log records or metrics. */
  readonly itemCount: number
  /** Spans, log records or data points: the unit of limits, counters and rejections. */
  readonly pointCount: number
  readonly resourceCount: number
  readonly scopeCount: number
  readonly itemStart: Int32Array
  readonly itemEnd: Int32Array
  /** Item -> scope. Never decreases. */
  readonly itemScope: Int32Array
  readonly scopeStart: Int32Array
  readonly scopeEnd: Int32Array
  /** Scope -> resource. Never decreases. */
  readonly scopeResource: Int32Array
  readonly resourceStart: Int32Array
  readonly resourceEnd: Int32Array
  /** What it was made of, for the editor and other transformations of this package. */
  readonly parts: BatchParts
  readonly #overlay: Uint8Array
  #encoded: Uint8Array | undefined
  #byteLength: number

  constructor(parts: BatchParts) {
    const index = parts.index
    this.parts = parts
    this.signal = parts.signal
    this.itemCount = index.itemStart.length
    this.pointCount = index.pointCount
    this.scopeCount = index.scopeStart.length
    this.resourceCount = index.resourceStart.length
    this.itemStart = index.itemStart
    this.itemEnd = index.itemEnd
    this.itemScope = index.itemScope
    this.scopeStart = index.scopeStart
    this.scopeEnd = index.scopeEnd
    this.scopeResource = index.scopeResource
    this.resourceStart = index.resourceStart
    this.resourceEnd = index.resourceEnd
    this.#overlay = parts.overlay ?? NO_BYTES
    this.#encoded = parts.encoded
    this.#byteLength = parts.encoded?.length ?? -1
  }

  /**
   * Checks and indexes an `Export…ServiceRequest` (equally a `TracesData`, `LogsData`, `MetricsData`). The bytes are
   * kept, not copied: they must not change afterwards. Should the sender have split messages (legal and rare), the batch
   * holds an equivalent request in which they are merged.
   * @throws DecodeError naming the field.
   */
  static fromProtobuf(signal: Signal, bytes: Uint8Array): Batch {
    try {
      const index = indexRequest(signal, bytes)
      if (index !== undefined) return new Batch({ signal, index, source: bytes, encoded: bytes })
      const merged = mergeSplitMessages(bytes, REQUEST_TYPES[signal])
      return new Batch({ signal, index: indexRequest(signal, merged)!, source: merged, encoded: merged })
    } catch (error) {
      throw error instanceof DecodeError ? withPath(error, bytes, REQUEST_TYPES[signal]) : error
    }
  }

  /**
   * Reads an OTLP/JSON request.
   * @throws DecodeError naming the field.
   */
  static fromJson(signal: Signal, json: Uint8Array): Batch {
    return Batch.fromProtobuf(signal, jsonToProtobuf(signal, json))
  }

  /** Encoded size in bytes. */
  get byteLength(): number {
    if (this.#byteLength < 0) this.#byteLength = envelopeSize(this)
    return this.#byteLength
  }

  /** The buffer that `itemStart[item]` and `itemEnd[item]` point into. */
  itemSource(item: number): Uint8Array {
    return this.parts.marks?.items[item] === 1 ? this.#overlay : this.parts.source
  }

  scopeSource(scope: number): Uint8Array {
    return this.parts.marks?.scopes[scope] === 1 ? this.#overlay : this.parts.source
  }

  resourceSource(resource: number): Uint8Array {
    return this.parts.marks?.resources[resource] === 1 ? this.#overlay : this.parts.source
  }

  /** The schema URL of the spans, records or metrics of a scope; empty when absent. */
  scopeSchemaUrl(scope: number): string {
    const index = this.parts.index
    return textAt(this.parts.source, index.scopeSchemaStart[scope]!, index.scopeSchemaEnd[scope]!)
  }

  resourceSchemaUrl(resource: number): string {
    const index = this.parts.index
    return textAt(this.parts.source, index.resourceSchemaStart[resource]!, index.resourceSchemaEnd[resource]!)
  }

  /** The request as protobuf: the very bytes it came in as while nobody edited it. */
  toProtobuf(): Uint8Array {
    this.#encoded ??= encodeEnvelope(this)
    return this.#encoded
  }

  /** Starts an edit. This batch stays as it is. */
  edit(): BatchEditor {
    return new BatchEditor(this, (parts) => new Batch(parts))
  }
}
