import { ROOT_CONTEXT } from '@opentelemetry/api'
import type { Resource } from '@opentelemetry/resources'
import { runIn } from '../context/agent-context.ts'
import type { OtlpTransport } from '../otlp-transport.ts'
import { timed, workBegins, workEnded } from '../overhead/own-time.ts'
import { reportOnce } from '../report-once.ts'
import type { InstrumentationScope } from '../tracer/fast-tracer-provider.ts'
import type { RecordingSpan } from '../tracer/recording-span.ts'
import type { SpanSink } from '../tracer/span-sink.ts'
import { SamplingPressure, type Reducible } from './sampling-pressure.ts'
import { requestBody, resourceField, ScopeChunk } from './scope-chunk.ts'
import { appendSpan } from './span-encoder.ts'

/** Sizes in bytes of OTLP; the delay is how long an ended span waits at most before it is sent. */
export interface TracePipelineOptions {
  readonly transport: OtlpTransport
  readonly sampler: Reducible
  /** Encoded spans and requests that have not arrived yet, together: what comes when they are that many is dropped. */
  readonly maxBytes: number
  /** The same in spans. */
  readonly maxSpans: number
  readonly requestBytes: number
  readonly requestSpans: number
  readonly delayMs: number
}

/**
 * The way of ended spans to the backend: encoded the moment they end into one buffer per scope, put together to requests
 * by size or age. Bounded in bytes: filling up lowers sampling first, and what does not fit at last is counted.
 */
export class TracePipeline {
  readonly #options: TracePipelineOptions
  readonly #chunks: ScopeChunk[] = []
  readonly #pressure: SamplingPressure
  #resource: Resource | undefined
  #resourceBytes: Uint8Array | undefined
  #bytes = 0
  #spans = 0
  #taken = 0
  #dropped = 0
  #timer: NodeJS.Timeout | undefined

  constructor(options: TracePipelineOptions) {
    this.#options = options
    this.#pressure = new SamplingPressure(options.sampler)
  }

  /** Spans encoded so far. */
  get takenSpans(): number {
    return this.#taken
  }

  /** Spans that found the buffer full. Requests given up later are counted by the transport. */
  get droppedSpans(): number {
    return this.#dropped
  }

  /** Bytes that wait here or in the transport. */
  get waitingBytes(): number {
    return this.#bytes + this.#options.transport.queuedBytes
  }

  /** Whose spans these are; its attributes may become known later, requests wait for them. */
  set resource(resource: Resource | undefined) {
    this.#resource = resource
    this.#resourceBytes = undefined
  }

  /** What it has been given; undefined before. */
  get resource(): Resource | undefined {
    return this.#resource
  }

  sinkOf(scope: InstrumentationScope): SpanSink {
    const chunk = new ScopeChunk(scope)
    this.#chunks.push(chunk)
    return { take: (span) => this.#take(chunk, span) }
  }

  /** Puts everything taken so far into the transport; needs no turn of the event loop. Never throws. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#spans > 0) this.#enqueue(this.#spans)
    // As long as fewer traces are kept, somebody has to look when it may be more again.
    if (this.#pressure.reduced) this.#schedule(this.#options.delayMs)
  }

  #enqueue(spans: number): void {
    try {
      const body = timed(() => requestBody(this.#resourceField(), this.#chunks))
      this.#options.transport.enqueue(body, spans)
    } catch (error) {
      this.#dropped += spans
      reportOnce(`${spans} spans could not be put into a request: ${String(error)}`)
    }
    for (const chunk of this.#chunks) chunk.clear()
    this.#bytes = 0
    this.#spans = 0
    if (this.#pressure.filled(this.#fill())) {
      reportOnce('the backend takes spans more slowly than they come: fewer traces are kept until it has caught up')
    }
  }

  /** As `flush`, then waits until the transport is empty. */
  async drain(): Promise<void> {
    await this.#resourceReady()
    this.flush()
    await this.#options.transport.drained()
  }

  #take(chunk: ScopeChunk, span: RecordingSpan): void {
    const { transport, maxBytes, maxSpans, requestBytes, requestSpans, delayMs } = this.#options
    if (this.waitingBytes >= maxBytes || this.#spans + transport.queuedItems >= maxSpans) return this.#drop()
    const before = chunk.out.length
    const beganMs = workBegins()
    try {
      appendSpan(chunk.out, span)
    } catch (error) {
      chunk.out.truncate(before)
      this.#drop(`a span could not be encoded: ${String(error)}`)
      return
    } finally {
      workEnded(beganMs)
    }
    const size = chunk.out.length - before
    if (this.waitingBytes + size > maxBytes) {
      chunk.out.truncate(before)
      return this.#drop()
    }
    chunk.spans++
    this.#taken++
    this.#spans++
    this.#bytes += size
    if ((this.#bytes >= requestBytes || this.#spans >= requestSpans) && !this.#resourcePending()) {
      runIn(ROOT_CONTEXT, () => this.flush(), undefined, [])
    } else if (this.#timer === undefined) this.#schedule(delayMs)
  }

  #drop(why = 'the buffer for spans is full: they are dropped, and counted'): void {
    this.#dropped++
    reportOnce(why)
  }

  #schedule(delayMs: number): void {
    if (this.#timer !== undefined) return
    // The timer must not hold the context of the request that happens to run.
    this.#timer = runIn(ROOT_CONTEXT, () => setTimeout(() => void this.#onTimer(), delayMs).unref(), undefined, [])
  }

  async #onTimer(): Promise<void> {
    this.#timer = undefined
    this.#pressure.relax(this.#fill())
    if (this.#resourcePending()) await this.#resourceReady()
    this.flush()
  }

  #fill(): number {
    return this.waitingBytes / this.#options.maxBytes
  }

  #resourceField(): Uint8Array {
    if (this.#resourceBytes !== undefined) return this.#resourceBytes
    const bytes = resourceField(this.#resource?.attributes ?? {})
    if (!this.#resourcePending()) this.#resourceBytes = bytes
    return bytes
  }

  /** Some detectors answer later than the first span ends; the first request waits for them. */
  #resourcePending(): boolean {
    return this.#resource?.asyncAttributesPending === true
  }

  async #resourceReady(): Promise<void> {
    if (this.#resourcePending()) await this.#resource?.waitForAsyncAttributes?.()
  }
}
