import { samplingThreshold } from '@clew/otlp/adjusted-count'
import { editAttributes, LOG_ATTRIBUTES } from '@clew/otlp/attributes-edit'
import type { Batch } from '@clew/otlp/batch'
import { ACCEPTED, type ConsumeContext, type Consumer, type ConsumeResult } from '@clew/otlp/consumer'
import type { Signal } from '@clew/otlp/signal'
import { keyBytes, type AttributesView } from '@clew/otlp/views/attributes-view'
import { LogRecordView } from '@clew/otlp/views/log-record-view'
import { SpanView } from '@clew/otlp/views/span-view'
import type { ComponentContext, Processor } from '../../core/component.ts'
import { asText } from '../../kit/attribute-value.ts'
import type { ProbabilisticSamplerConfig } from './config.ts'
import { fnv1a32 } from './fnv.ts'
import { replaceTraceState } from './replace-trace-state.ts'
import { formatThreshold, MAX_THRESHOLD, probabilityOf, randomnessOfTraceId, thresholdOf } from './threshold.ts'
import { readSamplingState, withThreshold } from './trace-state.ts'

/** The hash of the `hash_seed` mode is cut to 14 bits. */
const HASH_BUCKETS = 0x4000
const PRIORITY = keyBytes('sampling.priority')

/** What becomes of an item: kept as it is, kept with a new threshold, or dropped for a reason. */
type Verdict =
  | { readonly keep: true; readonly threshold?: bigint; readonly randomness?: bigint }
  | { readonly keep: false; readonly reason: string }

const KEEP: Verdict = { keep: true }
const NOT_SAMPLED: Verdict = { keep: false, reason: 'not sampled' }
const NO_RANDOMNESS: Verdict = { keep: false, reason: 'not sampled: no trace id to decide by' }

/**
 * Keeps a share of the items. `hash_seed` decides by a hash of the trace id. `proportional` keeps the share of what
 * arrives and `equalizing` brings everything to the share at most; both decide by the randomness that all samplers of
 * a trace see, and record the threshold so that counts stay right.
 */
export class ProbabilisticSampler implements Processor {
  readonly #config: ProbabilisticSamplerConfig
  readonly #context: ComponentContext
  readonly #signal: Signal
  readonly #next: Consumer
  readonly #rule: string
  readonly #probability: number
  readonly #buckets: number
  readonly #threshold: bigint
  readonly #priorityKey: Uint8Array
  readonly #sourceKey: Uint8Array
  readonly #span = new SpanView()
  readonly #record = new LogRecordView()

  constructor(config: ProbabilisticSamplerConfig, context: ComponentContext, signal: Signal, next: Consumer) {
    this.#config = config
    this.#context = context
    this.#signal = signal
    this.#next = next
    this.#rule = `${config.mode} ${config.sampling_percentage} %`
    this.#probability = Math.min(1, config.sampling_percentage / 100)
    this.#buckets = Math.floor(this.#probability * HASH_BUCKETS)
    this.#threshold =
      this.#probability === 0 ? MAX_THRESHOLD : thresholdOf(this.#probability, config.sampling_precision)
    this.#priorityKey = keyBytes(config.sampling_priority)
    this.#sourceKey = keyBytes(config.from_attribute)
  }

  start(): Promise<void> {
    return Promise.resolve()
  }

  shutdown(): Promise<void> {
    return Promise.resolve()
  }

  consume(batch: Batch, context: ConsumeContext): Promise<ConsumeResult> {
    const editor = batch.edit()
    const dropped = new Map<string, number[]>()
    this.#span.bind(batch)
    this.#record.bind(batch)
    for (let i = 0; i < batch.itemCount; i++) {
      const verdict = this.#signal === 'traces' ? this.#judgeSpan(i) : this.#judgeRecord(i)
      if (verdict.keep) {
        const body = verdict.threshold === undefined ? undefined : this.#annotate(batch, i, verdict)
        if (body !== undefined) editor.replaceItem(i, body)
      } else {
        editor.dropItem(i)
        const list = dropped.get(verdict.reason)
        if (list === undefined) dropped.set(verdict.reason, [i])
        else list.push(i)
      }
    }
    for (const [reason, items] of dropped) this.#context.record.dropped(batch, items.length, reason, this.#rule, items)
    const kept = editor.finish()
    this.#context.record.noted('sampled', kept, kept.pointCount, 'sampled', this.#rule)
    return kept.itemCount === 0 ? Promise.resolve(ACCEPTED) : this.#next.consume(kept, context)
  }

  #judgeSpan(index: number): Verdict {
    const span = this.#span
    span.seek(index)
    const priority = priorityOf(span.attributes, PRIORITY)
    if (priority !== undefined)
      return priority > 0 ? KEEP : { keep: false, reason: 'not sampled: sampling.priority is 0' }
    if (span.traceIdAt < 0) return this.#undecidable()
    if (this.#config.mode === 'hash_seed')
      return this.#hash(span.source, span.traceIdAt, span.traceIdAt + 16, this.#buckets)
    const traceState = span.traceState()
    return this.#consistent(
      readSamplingState(traceState).randomness ?? randomnessOfTraceId(span.traceIdHex()),
      samplingThreshold(traceState),
    )
  }

  #judgeRecord(index: number): Verdict {
    const record = this.#record
    record.seek(index)
    let buckets = this.#buckets
    const { mode, attribute_source, sampling_priority } = this.#config
    if (sampling_priority !== '') {
      const own = priorityOf(record.attributes, this.#priorityKey)
      if (own !== undefined) buckets = Math.floor(Math.min(1, Math.max(0, own / 100)) * HASH_BUCKETS)
    }
    if (attribute_source === 'record') {
      if (!record.attributes.find(this.#sourceKey)) return this.#undecidable()
      const bytes = Buffer.from(asText(record.attributes.value.toModel()))
      return this.#hash(bytes, 0, bytes.length, buckets)
    }
    if (record.traceIdAt < 0) return this.#undecidable()
    if (mode === 'hash_seed') return this.#hash(record.source, record.traceIdAt, record.traceIdAt + 16, buckets)
    return this.#consistent(randomnessOfTraceId(record.traceIdHex()), undefined)
  }

  #undecidable(): Verdict {
    return this.#config.fail_closed ? NO_RANDOMNESS : KEEP
  }

  #hash(bytes: Uint8Array, start: number, end: number, buckets: number): Verdict {
    const hash = fnv1a32(this.#config.hash_seed, bytes, start, end)
    return (hash & (HASH_BUCKETS - 1)) < buckets ? KEEP : NOT_SAMPLED
  }

  /** Keeps iff randomness ≥ threshold. A threshold that arrived is never lowered. */
  #consistent(randomness: bigint, arrived: bigint | undefined): Verdict {
    if (this.#probability === 0) return NOT_SAMPLED
    // An item that should not be here by its own threshold says nothing that can be counted on.
    const trusted = arrived !== undefined && randomness < arrived ? undefined : arrived
    let threshold = this.#threshold
    if (this.#config.mode === 'proportional' && trusted !== undefined) {
      threshold = thresholdOf(probabilityOf(trusted) * this.#probability, this.#config.sampling_precision)
    }
    if (trusted !== undefined && trusted > threshold) threshold = trusted
    return randomness >= threshold ? { keep: true, threshold, randomness } : NOT_SAMPLED
  }

  #annotate(
    batch: Batch,
    index: number,
    verdict: { readonly threshold?: bigint; readonly randomness?: bigint },
  ): Uint8Array | undefined {
    const source = batch.itemSource(index)
    const start = batch.itemStart[index] ?? 0
    const end = batch.itemEnd[index] ?? 0
    const { threshold = 0n, randomness = 0n } = verdict
    if (this.#signal === 'traces') {
      const before = this.#span.traceState()
      const after = withThreshold(before, threshold)
      return after === before ? undefined : replaceTraceState(source, start, end, after)
    }
    return editAttributes(source, start, end, LOG_ATTRIBUTES, (attributes) => {
      attributes.upsert('sampling.threshold', { stringValue: formatThreshold(threshold) })
      attributes.insert('sampling.randomness', { stringValue: randomness.toString(16).padStart(14, '0') })
    })
  }
}

/** A number in an attribute that may also be written as text. */
function priorityOf(attributes: AttributesView, key: Uint8Array): number | undefined {
  if (!attributes.find(key)) return undefined
  const { intValue, doubleValue, stringValue } = attributes.value.toModel()
  if (intValue !== undefined) return Number(intValue)
  if (doubleValue !== undefined) return doubleValue
  const parsed = stringValue === undefined || stringValue.trim() === '' ? Number.NaN : Number(stringValue)
  return Number.isNaN(parsed) ? undefined : parsed
}
