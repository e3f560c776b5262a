import {
  context as contextApi,
  ROOT_CONTEXT,
  trace,
  type Attributes,
  type Context,
  type Span,
} from '@opentelemetry/api'
import { suppressTracing, unsuppressTracing } from '@opentelemetry/core'
import type { Plugin } from '../../plugins/plugin.ts'
import { traceChannel } from '../channels/trace-channel.ts'
import { MessagingTracer, type MessageWork } from './messaging-tracer.ts'

function moduleOf(filePath: RegExp): { name: string; versionRange: string; filePath: RegExp } {
  return { name: 'bullmq', versionRange: '>=5.21 <7', filePath }
}

/** Spans of jobs that run, and what marks them as failed: BullMQ tells telemetry only the text of an error. */
const running = new WeakMap<Span, (error: unknown) => void>()

/** A span as BullMQ asks for it. */
interface QueueSpan {
  setSpanOnContext(context: Context): Context
  setAttribute(key: string, value: unknown): void
  setAttributes(attributes: Attributes): void
  addEvent(): void
  recordException(error: unknown): void
  end(): void
}

/** `SpanKind` of BullMQ. */
const PRODUCER = 3
const CONSUMER = 4

/** BullMQ's own names, where the semantic conventions have one; what says the same again is left out. */
const NAMES: Readonly<Record<string, string | undefined>> = {
  'bullmq.job.id': 'messaging.message.id',
  'bullmq.queue.name': undefined,
  'bullmq.queue.operation': undefined,
}

/**
 * BullMQ takes an object for telemetry; queues, workers and flows that the program gives none get the agent's. Jobs that
 * are added and processed are shown, what a worker does for itself is not. Option `consumer`: `parent` or `link`.
 */
export const bullmq: Plugin = {
  name: 'bullmq',
  modules: [],
  libraries: ['bullmq >=5.21'],
  rewrites: [
    {
      channelName: 'queue-base',
      module: moduleOf(/^dist\/(?:cjs|esm)\/classes\/queue-base\.js$/),
      functionQuery: { className: 'QueueBase' },
    },
    {
      channelName: 'flow-producer',
      module: moduleOf(/^dist\/(?:cjs|esm)\/classes\/flow-producer\.js$/),
      functionQuery: { className: 'FlowProducer' },
    },
    {
      channelName: 'job',
      module: moduleOf(/^dist\/(?:cjs|esm)\/classes\/worker\.js$/),
      functionQuery: { className: 'Worker', methodName: 'callProcessJob', kind: 'Async' },
    },
  ],
  start: (kit) => {
    traceChannel('orchestrion:bullmq:job', {
      over: 'later',
      begin: (_message, active) => {
        const span = trace.getSpan(active)
        const fail = span === undefined ? undefined : running.get(span)
        return fail === undefined ? undefined : { end: ({ error }) => fail(error) }
      },
    })
    const telemetry = telemetryOf(new MessagingTracer('@clew/agent/bullmq', 'bullmq', kit))
    for (const [channel, index] of [
      ['queue-base', 1],
      ['flow-producer', 0],
    ] as const) {
      traceChannel(`orchestrion:bullmq:${channel}`, {
        over: 'on-return',
        begin: ({ arguments: args = [] }) => {
          const options = (args[index] ?? {}) as { readonly telemetry?: unknown }
          if (options.telemetry === undefined) args[index] = { ...options, telemetry }
          return undefined
        },
      })
    }
  },
}

function telemetryOf(tracer: MessagingTracer): object {
  return {
    tracer: {
      startSpan: (name: string, { kind }: { readonly kind?: number }, parent?: Context): QueueSpan => {
        const [operation = name] = name.split(' ', 1)
        if (kind === PRODUCER) return queueSpan((destination) => tracer.send({ operation, destination }), true)
        if (kind !== CONSUMER) return NOTHING
        return queueSpan((destination) => tracer.process({ operation, destination }, parent ?? ROOT_CONTEXT), false)
      },
    },
    contextManager: {
      with: (context: Context, action: () => unknown): unknown => contextApi.with(context, action),
      active: (): Context => contextApi.active(),
      root: (): Context => ROOT_CONTEXT,
      getMetadata: (context: Context): string => {
        const carrier: Record<string, string> = {}
        tracer.inject(unsuppressTracing(context), carrier)
        return JSON.stringify(carrier)
      },
      fromMetadata: (_active: Context, metadata: string): Context => tracer.extract(carrierOf(metadata)),
    },
  }
}

function carrierOf(metadata: string): Record<string, string> {
  try {
    const carrier: unknown = JSON.parse(metadata)
    return typeof carrier === 'object' && carrier !== null ? (carrier as Record<string, string>) : {}
  } catch {
    // Another library has written it.
    return {}
  }
}

/** The name of the queue comes with the attributes, which are set at once. */
function queueSpan(begin: (queue: string) => MessageWork, quiet: boolean): QueueSpan {
  let work: MessageWork | undefined
  let failure: unknown
  const fail = (error: unknown): void => {
    failure = error
  }
  const begun = (queue: unknown): MessageWork => {
    if (work !== undefined) return work
    work = begin(typeof queue === 'string' ? queue : '')
    if (!quiet) running.set(work.span, fail)
    return work
  }
  const set = (key: string, value: unknown): void => {
    const name = key in NAMES ? NAMES[key] : key
    if (name !== undefined) begun(undefined).span.setAttribute(name, value as string)
  }
  return {
    // What a queue asks of Redis in order to add a job is said by the span of the job.
    setSpanOnContext: () => (quiet ? suppressTracing(begun(undefined).context) : begun(undefined).context),
    setAttribute: set,
    setAttributes: (attributes) => {
      begun(attributes['bullmq.queue.name'])
      for (const [key, value] of Object.entries(attributes)) set(key, value)
    },
    addEvent: () => undefined,
    recordException: fail,
    end: () => work?.end(failure),
  }
}

const NOTHING: QueueSpan = {
  setSpanOnContext: (context) => context,
  setAttribute: () => undefined,
  setAttributes: () => undefined,
  addEvent: () => undefined,
  recordException: () => undefined,
  end: () => undefined,
}
