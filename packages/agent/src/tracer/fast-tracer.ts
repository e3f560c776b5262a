import {
  context as contextApi,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  SpanKind,
  trace,
  TraceFlags,
  type Context,
  type Span,
  type SpanContext,
  type SpanOptions,
  type Tracer,
  type TraceState,
} from '@opentelemetry/api'
import { isTracingSuppressed } from '@opentelemetry/core'
import { workBegins, workEnded } from '../overhead/own-time.ts'
import { withThreshold } from './consistent-threshold.ts'
import { DroppedSpan } from './dropped-span.ts'
import { nonZeroWord, randomWord, wordAt } from './ids.ts'
import { OmittedSpan } from './omitted-span.ts'
import { RecordingSpan } from './recording-span.ts'
import type { Sampler } from './sampler.ts'
import type { SpanHome } from './span-home.ts'

/** Called with every span that is recorded, when it starts; must not throw. */
export type StartHook = (span: Span, context: Context) => void

/** How much is recorded; changes while the process runs. */
export interface Detail {
  layers: boolean
}

/** What a tracer works with. */
export interface TracerParts extends SpanHome {
  readonly sampler: Sampler
  readonly startHooks: readonly StartHook[]
  readonly detail: Detail
}

/** W3C Trace Context level 2: the last seven bytes of the trace id are random. */
const RANDOM_FLAG = 2

const SUPPRESSED: Span = trace.wrapSpanContext(INVALID_SPAN_CONTEXT)
const NO_OPTIONS: SpanOptions = {}

type SpanBody = (span: Span) => unknown

/** A tracer that decides first and spends afterwards: a span that is not sampled costs no ids, attributes or links. */
export class FastTracer implements Tracer {
  readonly #parts: TracerParts

  constructor(parts: TracerParts) {
    this.#parts = parts
  }

  startSpan(name: string, options: SpanOptions = NO_OPTIONS, context: Context = contextApi.active()): Span {
    const beganMs = workBegins()
    try {
      return this.#start(name, options, context)
    } finally {
      workEnded(beganMs)
    }
  }

  #start(name: string, options: SpanOptions, context: Context): Span {
    if (isTracingSuppressed(context)) return SUPPRESSED
    const parent = options.root === true ? undefined : trace.getSpan(context)
    if (parent === undefined) return this.#startRoot(name, options, context)
    if (parent instanceof RecordingSpan) return this.#startChild(parent, name, options, context)
    if (parent instanceof OmittedSpan) return this.#startChild(parent.parent, name, options, context)
    if (parent instanceof DroppedSpan && this.#parts.sampler.parentBased) return parent
    const parentContext = parent.spanContext()
    if (!isSpanContextValid(parentContext)) return this.#startRoot(name, options, context)
    return this.#startBelow(parentContext, name, options, context)
  }

  startActiveSpan<F extends (span: Span) => unknown>(name: string, fn: F): ReturnType<F>
  startActiveSpan<F extends (span: Span) => unknown>(name: string, options: SpanOptions, fn: F): ReturnType<F>
  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    options: SpanOptions,
    context: Context,
    fn: F,
  ): ReturnType<F>
  startActiveSpan(name: string, ...rest: readonly unknown[]): unknown {
    if (rest.length === 0) return undefined
    const fn = rest.at(-1) as SpanBody
    const options = rest.length > 1 ? (rest[0] as SpanOptions | undefined) : undefined
    const parent = (rest.length > 2 ? (rest[1] as Context | undefined) : undefined) ?? contextApi.active()
    const span = this.startSpan(name, options, parent)
    return contextApi.with(trace.setSpan(parent, span), fn, undefined, span)
  }

  #startRoot(name: string, options: SpanOptions, context: Context): Span {
    const { sampler, clock } = this.#parts
    if (sampler.keepsNothing) return new DroppedSpan(RANDOM_FLAG)
    const trace0 = nonZeroWord()
    const trace1 = randomWord()
    const trace2 = randomWord()
    const trace3 = randomWord()
    const kept = sampler.keeps(trace2 >>> 0, trace3 >>> 0, undefined)
    const span = kept
      ? this.#recording(name, options, undefined, TraceFlags.SAMPLED | RANDOM_FLAG, sampler.threshold?.traceState)
      : new DroppedSpan(RANDOM_FLAG)
    span.trace0 = trace0
    span.trace1 = trace1
    span.trace2 = trace2
    span.trace3 = trace3
    if (!(span instanceof RecordingSpan)) return span
    clock.correct()
    return this.#started(span, options, context)
  }

  #startChild(parent: RecordingSpan, name: string, options: SpanOptions, context: Context): Span {
    const { sampler, detail } = this.#parts
    if (!detail.layers && (options.kind ?? SpanKind.INTERNAL) === SpanKind.INTERNAL) return new OmittedSpan(parent)
    if (!sampler.parentBased && !sampler.keeps(parent.trace2 >>> 0, parent.trace3 >>> 0, parent.traceState)) {
      return unsampled(parent.spanContext())
    }
    const state = sampler.parentBased ? parent.traceState : announced(sampler, parent.traceState)
    const span = this.#recording(name, options, parent.traceHexIfKnown, parent.traceFlags, state)
    span.trace0 = parent.trace0
    span.trace1 = parent.trace1
    span.trace2 = parent.trace2
    span.trace3 = parent.trace3
    span.parent0 = parent.span0
    span.parent1 = parent.span1
    return this.#started(span, options, context)
  }

  /** Below a span that is not ours: one of another process, or of other code in this one. */
  #startBelow(parent: SpanContext, name: string, options: SpanOptions, context: Context): Span {
    const { sampler } = this.#parts
    const { traceId, spanId, traceFlags, traceState } = parent
    const trace2 = wordAt(traceId, 16)
    const trace3 = wordAt(traceId, 24)
    const kept = sampler.parentBased
      ? (traceFlags & TraceFlags.SAMPLED) !== 0
      : sampler.keeps(trace2 >>> 0, trace3 >>> 0, traceState)
    if (!kept) return sampler.parentBased ? new DroppedSpan(traceFlags, traceState, parent) : unsampled(parent)
    const state = sampler.parentBased ? traceState : announced(sampler, traceState)
    const span = this.#recording(name, options, traceId, traceFlags | TraceFlags.SAMPLED, state)
    span.trace0 = wordAt(traceId, 0)
    span.trace1 = wordAt(traceId, 8)
    span.trace2 = trace2
    span.trace3 = trace3
    span.parent0 = wordAt(spanId, 0)
    span.parent1 = wordAt(spanId, 8)
    span.parentIsRemote = parent.isRemote === true
    return this.#started(span, options, context)
  }

  #recording(
    name: string,
    options: SpanOptions,
    traceHex: string | undefined,
    traceFlags: number,
    traceState: TraceState | undefined,
  ): RecordingSpan {
    const span = new RecordingSpan(this.#parts, name, options.kind ?? 0, traceHex)
    span.traceFlags = traceFlags
    span.traceState = traceState
    span.span0 = nonZeroWord()
    span.span1 = randomWord()
    return span
  }

  #started(span: RecordingSpan, options: SpanOptions, context: Context): Span {
    const { clock, startHooks } = this.#parts
    const { startTime, attributes, links } = options
    if (startTime === undefined || startTime === null) clock.now()
    else if (clock.read(startTime)) span.startGiven = true
    else clock.now()
    span.startSeconds = clock.seconds
    span.startNanos = clock.nanos
    if (attributes !== undefined && attributes !== null) span.startWith(attributes)
    if (links !== undefined && links !== null) for (const link of links) span.addLink(link)
    for (const hook of startHooks) hook(span, context)
    return span
  }
}

function announced(sampler: Sampler, traceState: TraceState | undefined): TraceState | undefined {
  return withThreshold(traceState, sampler.threshold)
}

function unsampled(parent: SpanContext): DroppedSpan {
  const flags = parent.traceFlags & ~TraceFlags.SAMPLED
  return new DroppedSpan(flags, withThreshold(parent.traceState, undefined), parent)
}
