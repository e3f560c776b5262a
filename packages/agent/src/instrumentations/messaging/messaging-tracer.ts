import {
  context as contextApi,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  trace,
  type Attributes,
  type Context,
  type Link,
  type Span,
  type TextMapGetter,
  type TextMapSetter,
  type Tracer,
} from '@opentelemetry/api'
import { requestBegins, requestEnds } from '../../context/lost-context.ts'
import type { DurationDefinition, DurationRecorders, RecordDuration } from '../../metrics/duration-producer.ts'
import { errorType, failSpan } from '../span-failure.ts'

/** Where a message goes or comes from, after the semantic conventions for messaging. */
export interface MessageFacts {
  readonly destination: string
  /** What the library calls it: `publish`, `add`, `process`. */
  readonly operation: string
  readonly server?: string | undefined
  readonly port?: number | undefined
  /** Attributes of the span alone. */
  readonly more?: Attributes
}

/** How the work on a message belongs to where it was sent: part of that trace, or a trace of its own with a link. */
export type ConsumerRelation = 'parent' | 'link'

/** A message that is being sent or worked on. */
export interface MessageWork {
  readonly span: Span
  readonly context: Context
  /** To be called once; an error marks the work as failed. */
  readonly end: (error?: unknown) => void
}

interface Facts {
  readonly attributes: Attributes
  readonly errorType: string | undefined
}

const BOUNDARIES_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

function duration(scope: string, name: string, description: string): DurationDefinition<Facts> {
  return {
    scope,
    name,
    description,
    boundaries: BOUNDARIES_SECONDS,
    keyOf: ({ attributes, errorType: type }) => `${Object.values(attributes).join(' ')} ${type ?? ''}`,
    attributesOf: ({ attributes, errorType: type }) =>
      type === undefined ? attributes : { ...attributes, 'error.type': type },
  }
}

/** Makes spans and durations of one library's messages. */
export class MessagingTracer {
  readonly #tracer: Tracer
  readonly #system: string
  readonly #relation: ConsumerRelation
  readonly #recordSent: RecordDuration<Facts> | undefined
  readonly #recordProcessed: RecordDuration<Facts> | undefined

  /** The option `consumer` of the plugin (`parent` or `link`) says how messages that are received belong to their senders. */
  constructor(
    scope: string,
    system: string,
    kit: { readonly durations: DurationRecorders; readonly options: Readonly<Record<string, unknown>> },
  ) {
    this.#tracer = trace.getTracer(scope)
    this.#system = system
    this.#relation = kit.options['consumer'] === 'link' ? 'link' : 'parent'
    this.#recordSent = kit.durations(
      duration(
        scope,
        'messaging.client.operation.duration',
        'Duration of messaging operation initiated by a producer or consumer client.',
      ),
    )
    this.#recordProcessed = kit.durations(
      duration(scope, 'messaging.process.duration', 'Duration of processing operation.'),
    )
  }

  /** A message is handed in; its context is what `inject` writes. */
  send(facts: MessageFacts, active: Context = contextApi.active()): MessageWork {
    return this.#work(facts, 'send', SpanKind.PRODUCER, active, [], this.#recordSent)
  }

  /** A message is worked on; `sender` is what `extract` has found, if anything. */
  process(facts: MessageFacts, sender: Context): MessageWork {
    const from = trace.getSpanContext(sender)
    const linked = this.#relation === 'link' && from !== undefined
    const parent = linked ? trace.deleteSpan(sender) : sender
    const links = linked ? [{ context: from }] : []
    requestBegins()
    const work = this.#work(facts, 'process', SpanKind.CONSUMER, parent, links, this.#recordProcessed)
    let over = false
    return {
      ...work,
      end: (error) => {
        if (over) return
        over = true
        requestEnds()
        work.end(error)
      },
    }
  }

  /** Messages have been fetched, outside of what is then done with them; the span is made when they are there. */
  receive(
    { destination, operation, server, port, more }: MessageFacts,
    { startTimeMs, links }: { readonly startTimeMs: number; readonly links: Link[] },
  ): void {
    const span = this.#tracer.startSpan(`${operation} ${destination}`, {
      kind: SpanKind.CLIENT,
      startTime: startTimeMs,
      links,
    })
    if (span.isRecording()) {
      span.setAttributes({
        'messaging.system': this.#system,
        'messaging.destination.name': destination,
        'messaging.operation.name': operation,
        'messaging.operation.type': 'receive',
        ...(server === undefined ? {} : { 'server.address': server }),
        ...(port === undefined ? {} : { 'server.port': port }),
        ...more,
      })
    }
    span.end()
  }

  /** What came with a message. Nothing of the context in which it happens to be received is taken over. */
  extract<Carrier>(carrier: Carrier, getter?: TextMapGetter<Carrier>): Context {
    return propagation.extract(ROOT_CONTEXT, carrier, getter)
  }

  /** Writes the context of a message to what goes with it. */
  inject<Carrier>(context: Context, carrier: Carrier, setter?: TextMapSetter<Carrier>): void {
    propagation.inject(context, carrier, setter)
  }

  #work(
    { destination, operation, server, port, more }: MessageFacts,
    type: 'send' | 'process',
    kind: SpanKind,
    parent: Context,
    links: Link[],
    record: RecordDuration<Facts> | undefined,
  ): MessageWork {
    const startMs = performance.now()
    const attributes: Attributes = {
      'messaging.system': this.#system,
      'messaging.destination.name': destination,
      'messaging.operation.name': operation,
      'messaging.operation.type': type,
    }
    if (server !== undefined) attributes['server.address'] = server
    if (port !== undefined) attributes['server.port'] = port
    const span = this.#tracer.startSpan(`${operation} ${destination}`, { kind, links }, parent)
    if (span.isRecording()) span.setAttributes(more === undefined ? attributes : { ...attributes, ...more })
    return {
      span,
      context: trace.setSpan(parent, span),
      end: (error) => {
        const failed = error !== undefined && error !== null
        if (failed) failSpan(span, error)
        span.end()
        const facts = { attributes, errorType: failed ? errorType(error) : undefined }
        record?.((performance.now() - startMs) / 1000, facts, span)
      },
    }
  }
}
