import {
  diag,
  SpanStatusCode,
  type Attributes,
  type AttributeValue,
  type Exception,
  type Link,
  type Span,
  type SpanContext,
  type SpanStatus,
  type TimeInput,
  type TraceState,
} from '@opentelemetry/api'
import type { AttributeBlock } from './attribute-block.ts'
import { exceptionAttributes } from './exception-attributes.ts'
import { flatIndex, MANY_ENTRIES, objectOfFlat } from './flat-list.ts'
import { isKey, keptAttributes, keptValue, type KeptValue } from './attribute-value.ts'
import { spanIdHex, traceIdHex } from './ids.ts'
import type { SpanHome } from './span-home.ts'
import type { EventRecord, LinkRecord } from './span-record.ts'
import { isTimeInput } from './time-input.ts'

/**
 * A span that is recorded: plain fields, ids as signed 32-bit words (the hex forms are made when somebody asks),
 * attributes appended to one flat list. Fields are public for the tracer and the encoder; programs see the API's `Span`.
 */
export class RecordingSpan implements Span {
  readonly home: SpanHome
  readonly kind: number
  name: string
  traceFlags = 1
  traceState: TraceState | undefined = undefined
  trace0 = 0
  trace1 = 0
  trace2 = 0
  trace3 = 0
  span0 = 0
  span1 = 0
  parent0 = 0
  parent1 = 0
  parentIsRemote = false
  /** The first span of its trace in this process; undefined for that one itself. */
  root: RecordingSpan | undefined = undefined
  startSeconds = 0
  startNanos = 0
  endSeconds = 0
  endNanos = 0
  /** What the span shares with others; its keys are not in `flat`. */
  block: AttributeBlock | undefined = undefined
  /** Keys and values in turn; no key twice. */
  flat: unknown[] = []
  droppedAttributes = 0
  events: EventRecord[] | undefined = undefined
  droppedEvents = 0
  links: LinkRecord[] | undefined = undefined
  droppedLinks = 0
  statusCode: SpanStatusCode = SpanStatusCode.UNSET
  statusMessage = ''
  /** Set when the program gave the start: its clock is then the one to measure by. */
  startGiven = false
  ended = false
  /** The trace it waits in until that is decided; undefined when it was decided at the start. */
  local: { ended(span: RecordingSpan): void } | undefined = undefined
  #context: SpanContext | undefined = undefined
  /** The hex form of the trace id when it came as text or somebody has asked for it: children need not make it again. */
  traceHexIfKnown: string | undefined
  #index: Map<string, number> | undefined = undefined

  constructor(home: SpanHome, name: string, kind: number, traceHex: string | undefined) {
    this.home = home
    this.name = name
    this.kind = kind
    this.traceHexIfKnown = traceHex
  }

  get traceHex(): string {
    return (this.traceHexIfKnown ??= traceIdHex(this.trace0, this.trace1, this.trace2, this.trace3))
  }

  /** The attributes as an object: what code written for the SDK's own spans may look at. */
  get attributes(): Attributes {
    return objectOfFlat(this.block === undefined ? this.flat : [...this.block.flat, ...this.flat])
  }

  spanContext(): SpanContext {
    return (this.#context ??= {
      traceId: this.traceHex,
      spanId: spanIdHex(this.span0, this.span1),
      traceFlags: this.traceFlags,
      ...(this.traceState === undefined ? {} : { traceState: this.traceState }),
    })
  }

  isRecording(): boolean {
    return !this.ended
  }

  setAttribute(key: string, value: AttributeValue): this {
    if (value === null || value === undefined || this.#isOver() || !isKey(key)) return this
    const kept = keptValue(key, value, this.home.limits.attributeValueLength)
    if (kept !== undefined) this.put(key, kept)
    return this
  }

  setAttributes(attributes: Attributes): this {
    for (const key in attributes) {
      if (Object.hasOwn(attributes, key)) this.setAttribute(key, attributes[key]!)
    }
    return this
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    if (this.#isOver()) return this
    const { limits, clock } = this.home
    if (limits.eventCount === 0) {
      this.droppedEvents++
      return this
    }
    const timeIsSecond = isTimeInput(attributesOrTime)
    const { flat, dropped } = keptAttributes(
      timeIsSecond ? undefined : attributesOrTime,
      limits.attributesPerEvent,
      limits.attributeValueLength,
    )
    this.#readTime(isTimeInput(time) ? time : timeIsSecond ? attributesOrTime : undefined)
    this.events ??= []
    if (this.events.length >= limits.eventCount) {
      this.events.shift()
      this.droppedEvents++
    }
    this.events.push({ name, seconds: clock.seconds, nanos: clock.nanos, flat, dropped })
    return this
  }

  addLink(link: Link): this {
    if (this.#isOver()) return this
    const { limits } = this.home
    if (limits.linkCount === 0) {
      this.droppedLinks++
      return this
    }
    const { flat, dropped } = keptAttributes(link.attributes, limits.attributesPerLink, limits.attributeValueLength)
    this.links ??= []
    if (this.links.length >= limits.linkCount) {
      this.links.shift()
      this.droppedLinks++
    }
    this.links.push({ context: link.context, flat, dropped })
    return this
  }

  addLinks(links: Link[]): this {
    for (const link of links) this.addLink(link)
    return this
  }

  setStatus(status: SpanStatus): this {
    if (this.#isOver() || status.code === SpanStatusCode.UNSET || this.statusCode === SpanStatusCode.OK) return this
    this.statusCode = status.code
    this.statusMessage =
      status.code === SpanStatusCode.ERROR && typeof status.message === 'string' ? status.message : ''
    return this
  }

  updateName(name: string): this {
    if (!this.#isOver()) this.name = name
    return this
  }

  recordException(exception: Exception, time?: TimeInput): void {
    if (this.#isOver()) return
    const attributes = exceptionAttributes(exception)
    if (attributes !== undefined) this.addEvent('exception', attributes, time)
    else diag.warn('Failed to record an exception that has neither a name nor a message')
  }

  end(time?: TimeInput): void {
    if (this.#isOver()) return
    const { clock } = this.home
    this.#readTime(time)
    const early =
      clock.seconds < this.startSeconds || (clock.seconds === this.startSeconds && clock.nanos < this.startNanos)
    this.endSeconds = early ? this.startSeconds : clock.seconds
    this.endNanos = early ? this.startNanos : clock.nanos
    this.ended = true
    if (this.local === undefined) this.home.sink.take(this)
    else this.local.ended(this)
  }

  /** Puts the attributes a span starts with: their keys differ, so nothing has to be looked up. */
  startWith(attributes: Attributes): void {
    const { attributeCount, attributeValueLength } = this.home.limits
    for (const key in attributes) {
      if (!Object.hasOwn(attributes, key)) continue
      const value: unknown = attributes[key]
      if (value === null || value === undefined || !isKey(key)) continue
      const kept = keptValue(key, value, attributeValueLength)
      if (kept === undefined) continue
      if (this.flat.length < attributeCount * 2) this.flat.push(key, kept)
      else this.droppedAttributes++
    }
  }

  /** Sets an attribute of which key and value are known to be right. */
  put(key: string, value: KeptValue): void {
    if (this.block !== undefined) this.#leaveBlock(key)
    const { flat } = this
    const shared = this.block?.flat.length ?? 0
    const found = flat.length > MANY_ENTRIES ? this.#indexed(key) : flatIndex(flat, key)
    if (found >= 0) flat[found] = value
    else if (shared + flat.length >= this.home.limits.attributeCount * 2) this.droppedAttributes++
    else {
      flat.push(key, value)
      this.#index?.set(key, flat.length - 1)
    }
  }

  /** An attribute of the block is to be changed: the span has them all for itself from now on. */
  #leaveBlock(key: string): void {
    const { block } = this
    if (block === undefined || flatIndex(block.flat, key) < 0) return
    this.block = undefined
    this.flat = [...block.flat, ...this.flat]
    this.#index = undefined
  }

  #indexed(key: string): number {
    if (this.#index === undefined) {
      this.#index = new Map()
      for (let i = 0; i < this.flat.length; i += 2) this.#index.set(this.flat[i] as string, i + 1)
    }
    return this.#index.get(key) ?? -1
  }

  /** Leaves the given time in the clock, or the present one. */
  #readTime(time: TimeInput | undefined): void {
    const { clock } = this.home
    if (time !== undefined && time !== null && clock.read(time)) return
    if (this.startGiven) clock.systemNow()
    else clock.now()
  }

  #isOver(): boolean {
    if (this.ended) diag.warn(`The span '${this.name}' has ended: nothing can be done to it any more`)
    return this.ended
  }
}
