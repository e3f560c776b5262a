import { context, trace, type Context, type Span } from '@opentelemetry/api'
import { isTracingSuppressed } from '@opentelemetry/core'
import { tracingChannel } from 'node:diagnostics_channel'
import { contextStorage } from '../../context/agent-context.ts'
import { reportOnce } from '../../report-once.ts'

/** What a call leaves on its tracing channel; libraries add fields of their own. */
export interface ChannelMessage {
  readonly arguments?: unknown[]
  readonly self?: unknown
  result?: unknown
  error?: unknown
}

/** A call that is being traced. */
export interface TracedCall<M> {
  /** Current while the call runs; the one it was made in when missing. */
  readonly span?: Span
  /** Current instead of the span's. */
  readonly context?: Context
  /** Called once: when the call has returned, its promise has settled or its callback is about to be called. */
  readonly end?: (message: M) => void
}

/** How the calls of one channel are traced. */
export interface ChannelTracer<M> {
  /** When the call is over: as soon as it returns, or when its promise or callback says so. */
  readonly over: 'on-return' | 'later'
  /** Undefined leaves the call alone. Neither this nor `end` must throw; if one does, it is reported and has no effect. */
  readonly begin: (message: M, active: Context) => TracedCall<M> | undefined
}

const NOTHING: TracedCall<unknown> = {}

/**
 * Traces every call that is published on a tracing channel of this name, whether the library has it by itself or it was
 * put there when the library was loaded. Callbacks run in the context of whoever has handed them over, not in that of the
 * connection or the queue that calls them.
 */
export function traceChannel<M extends object = ChannelMessage>(name: string, tracer: ChannelTracer<M>): void {
  const channel = tracingChannel<unknown, object>(name)
  const calls = new WeakMap<object, TracedCall<M>>()
  const callers = new WeakMap<object, Context>()
  const begin = (message: object): Context => {
    const active = context.active()
    callers.set(message, active)
    if (isTracingSuppressed(active)) return active
    const call = guarded(name, () => tracer.begin(message as M, active)) ?? NOTHING
    if (call.end !== undefined) calls.set(message, call)
    return call.context ?? (call.span === undefined ? active : trace.setSpan(active, call.span))
  }
  const end = (message: object): void => {
    const call = calls.get(message)
    if (call === undefined) return
    calls.delete(message)
    guarded(name, () => call.end?.(message as M))
  }
  const storage = contextStorage()
  const start = channel.start as object as BindableChannel
  const asyncStart = channel.asyncStart as object as BindableChannel
  if (storage === undefined) start.subscribe((message) => void begin(message))
  else {
    start.bindStore(storage, begin)
    asyncStart.bindStore(storage, (message) => callers.get(message) ?? context.active())
  }
  channel.subscribe({
    start: nothing,
    asyncStart: nothing,
    // A call that promised something and has failed at once, or has answered at once, publishes nothing more.
    end: (message) => {
      if (tracer.over === 'on-return' || 'error' in message || 'result' in message) end(message)
    },
    asyncEnd: end,
    error: nothing,
  })
}

interface BindableChannel {
  subscribe(listener: (message: object) => void): void
  bindStore(storage: object, transform: (message: object) => unknown): void
}

function nothing(): void {
  // A tracing channel takes subscribers for all of its events.
}

function guarded<T>(name: string, action: () => T): T | undefined {
  try {
    return action()
  } catch (error) {
    reportOnce(`${name} could not be traced: ${String(error)}`)
    return undefined
  }
}
