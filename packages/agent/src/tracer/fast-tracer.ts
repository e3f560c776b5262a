import {
  context as contextApi,
  INVALID_SPAN_CONTEXT,
  isSpanContextValid,
  ROOT_CONTEXT,
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
import { isBelow, readThreshold, withThreshold } from './consistent-threshold.ts'
import { DroppedSpan } from './dropped-span.ts'
import { nonZeroWord, randomWord, wordAt } from './ids.ts'
import { OmittedSpan } from './omitted-span.ts'
import { RecordingSpan } from './recording-span.ts'
import type { Choice, Sampler } from './sampler.ts'
import type { SpanHome } from './span-home.ts'
import { SwitchedOffSpan } from './switched-off-span.ts'

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
  /** Off: its spans are not recorded, and traces go on around them. */
  enabled = true

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
    // What most servers' requests come with: there is nothing to look up in it.
    if (context === ROOT_CONTEXT && this.enabled) return this.#startRoot(name, options, context)
    if (isTracingSuppressed(context)) return SUPPRESSED
    let parent = options.root === true ? undefined : trace.getSpan(context)
    if (parent instanceof SwitchedOffSpan) parent = parent.around
    if (!this.enabled) return new SwitchedOffSpan(parent)
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
    const { sampler } = this.#parts
    if (sampler.keepsNothing) return new DroppedSpan(RANDOM_FLAG)
    const trace0 = nonZeroWord()
    const trace1 = randomWord()
    const trace2 = randomWord()
    const trace3 = randomWord()
    const choice = sampler.choose(name, options)
    const kept = sampler.passes(choice, trace2, trace3, undefined)
    const { tail } = sampler
    const flags = kept ? TraceFlags.SAMPLED | RANDOM_FLAG : RANDOM_FLAG
    const span =
      kept || tail !== undefined
        ? this.#recording(name, options, undefined, flags, kept ? choice.threshold?.traceState : undefined)
        : new DroppedSpan(flags)
    span.trace0 = trace0
    span.trace1 = trace1
    span.trace2 = trace2
    span.trace3 = trace3
    if (!(span instanceof RecordingSpan)) return span
    span.local = tail?.open(span, { kept, choice, parentKept: undefined, parentState: undefined })
    return this.#started(span, options, context, true)
  }

  #startChild(parent: RecordingSpan, name: string, options: SpanOptions, context: Context): Span {
    const { sampler, detail } = this.#parts
    if (!detail.layers && (options.kind ?? SpanKind.INTERNAL) === SpanKind.INTERNAL) return new OmittedSpan(parent)
    const follows = sampler.parentBased || parent.local !== undefined
    if (!follows && !sampler.keeps(parent.trace2, parent.trace3, parent.traceState)) {
      return unsampled(parent.spanContext())
    }
    const state = follows ? parent.traceState : announced(sampler, parent.traceState)
    const span = this.#recording(name, options, parent.traceHexIfKnown, parent.traceFlags, state)
    span.local = parent.local
    span.root = parent.root ?? parent
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
    const parentKept = (traceFlags & TraceFlags.SAMPLED) !== 0
    const choice = sampler.parentBased && !sampler.raises ? LEFT_TO_PARENT : sampler.choose(name, options)
    const byOwn = sampler.passes(choice, trace2, trace3, traceState)
    const kept = byOwn || (parentKept && sampler.parentBased)
    const { tail } = sampler
    if (!kept && tail === undefined) {
      return sampler.parentBased ? new DroppedSpan(traceFlags, traceState, parent) : unsampled(parent)
    }
    const joined = sampler.parentBased ? parentKept : undefined
    const unkeptState = sampler.parentBased ? traceState : withThreshold(traceState, undefined)
    const state = kept ? joinedState(traceState, joined, byOwn ? choice : LEFT_TO_PARENT) : unkeptState
    const flags = kept ? traceFlags | TraceFlags.SAMPLED : traceFlags & ~TraceFlags.SAMPLED
    const span = this.#recording(name, options, traceId, flags, state)
    span.local = tail?.open(span, { kept, choice, parentKept: joined, parentState: traceState })
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

  #started(span: RecordingSpan, options: SpanOptions, context: Context, isRoot = false): Span {
    const { clock, startHooks } = this.#parts
    const { startTime, attributes, links } = options
    if (startTime !== undefined && startTime !== null && clock.read(startTime)) span.startGiven = true
    else if (isRoot) clock.correctedNow()
    else clock.now()
    span.startSeconds = clock.seconds
    span.startNanos = clock.nanos
    if (attributes !== undefined && attributes !== null) span.startWith(attributes)
    if (links !== undefined && links !== null) for (const link of links) span.addLink(link)
    for (const hook of startHooks) hook(span, context)
    return span
  }
}

const LEFT_TO_PARENT: Choice = { share: 0, threshold: undefined }

/**
 * The tracestate of what is kept by a parent's decision, by one's own, or by either: then the larger share is the
 * probability. That of a parent who does not say its share is not known, unless everything is kept.
 */
function joinedState(
  traceState: TraceState | undefined,
  parentKept: boolean | undefined,
  { share, threshold }: Choice,
): TraceState | undefined {
  if (share <= 0) return traceState
  if (parentKept !== true) return withThreshold(traceState, threshold)
  if (threshold === undefined) return traceState
  const parent = readThreshold(traceState)
  const ownIsWider = parent === undefined ? threshold.text === '0' : isBelow(threshold, parent)
  return ownIsWider ? withThreshold(traceState, threshold) : traceState
}

function announced(sampler: Sampler, traceState: TraceState | undefined): TraceState | undefined {
  return withThreshold(traceState, sampler.threshold)
}

function unsampled(parent: SpanContext): DroppedSpan {
  const flags = parent.traceFlags & ~TraceFlags.SAMPLED
  return new DroppedSpan(flags, withThreshold(parent.traceState, undefined), parent)
}
