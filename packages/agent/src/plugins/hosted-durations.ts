import {
  context as contextApi,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type AttributeValue,
  type Context,
  type Span,
  type SpanOptions,
  type SpanStatus,
  type TimeInput,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api'
import { REQUEST_BOUNDARIES, type DurationDefinition, type DurationRecorders } from '../metrics/duration-producer.ts'
import type { RecordDuration } from '../metrics/duration-producer.ts'
import { SilentSpan } from '../tracer/silent-span.ts'
import { presentNames } from './present-names.ts'

/** What tells one series from another: the attributes that the conventions name for the metric. */
interface Facts {
  readonly attributes: Attributes
}

interface Measured {
  readonly name: string
  readonly description: string
  readonly keys: readonly string[]
}

const SERVER = ['server.address', 'server.port', 'error.type']
const MESSAGE = [
  'messaging.system',
  'messaging.destination.name',
  'messaging.operation.name',
  'messaging.operation.type',
  'messaging.consumer.group.name',
  ...SERVER,
]

const DATABASE_CALL: Measured = {
  name: 'db.client.operation.duration',
  description: 'Duration of database client operations.',
  keys: ['db.system.name', 'db.collection.name', 'db.namespace', 'db.operation.name', ...SERVER],
}
const MESSAGE_SENT: Measured = {
  name: 'messaging.client.operation.duration',
  description: 'Duration of messaging operation initiated by a producer or consumer client.',
  keys: MESSAGE,
}
const MESSAGE_PROCESSED: Measured = {
  name: 'messaging.process.duration',
  description: 'Duration of processing operation.',
  keys: MESSAGE,
}

/** Names of the durations that spans are measured for. */
export const MEASURED_BY_SPANS: readonly string[] = [DATABASE_CALL, MESSAGE_SENT, MESSAGE_PROCESSED].map(
  ({ name }) => name,
)

/**
 * Tracers for an upstream instrumentation, of which most measure nothing: calls of databases and queues are durations of the
 * semantic conventions as well, whether their spans are kept or not.
 */
export function measuringProvider(provider: TracerProvider, durations: DurationRecorders): TracerProvider {
  return {
    getTracer: (name, version, options) =>
      new MeasuringTracer(provider.getTracer(name, version, options), (measured) =>
        durations(definition(name, measured)),
      ),
  }
}

function definition(scope: string, { name, description }: Measured): DurationDefinition<Facts> {
  return {
    scope,
    name,
    description,
    boundaries: REQUEST_BOUNDARIES,
    keyOf: ({ attributes }) => JSON.stringify(attributes),
    attributesOf: ({ attributes }) => attributes,
  }
}

type Recorders = (measured: Measured) => RecordDuration<Facts> | undefined
type SpanBody = (span: Span) => unknown

class MeasuringTracer implements Tracer {
  readonly #tracer: Tracer
  readonly #recorders: Recorders
  readonly #known = new Map<Measured, RecordDuration<Facts> | undefined>()

  constructor(tracer: Tracer, recorders: Recorders) {
    this.#tracer = tracer
    this.#recorders = recorders
  }

  startSpan(oldName: string, oldOptions: SpanOptions = {}, context: Context = contextApi.active()): Span {
    const { name, options } = presentNames(oldName, oldOptions)
    const span = this.#tracer.startSpan(name, options, context)
    const measured = measuredBy(options)
    const record = measured === undefined ? undefined : this.#recorder(measured)
    if (measured === undefined || record === undefined) return span
    const startMs = performance.now()
    const over = (attributes: Attributes, failed: boolean): void => {
      const facts = { attributes: only(measured.keys, attributes, failed) }
      record((performance.now() - startMs) / 1000, facts, span)
    }
    return span.isRecording() ? whenEnded(span, over) : new UnkeptSpan(span, { ...options.attributes }, over)
  }

  startActiveSpan<F extends SpanBody>(name: string, fn: F): ReturnType<F>
  startActiveSpan<F extends SpanBody>(name: string, options: SpanOptions, fn: F): ReturnType<F>
  startActiveSpan<F extends SpanBody>(name: string, options: SpanOptions, context: Context, fn: F): ReturnType<F>
  startActiveSpan(name: string, ...rest: readonly unknown[]): unknown {
    const fn = rest.at(-1) as SpanBody
    const options = rest.length > 1 ? (rest[0] as SpanOptions | undefined) : undefined
    const context = (rest.length > 2 ? (rest[1] as Context | undefined) : undefined) ?? contextApi.active()
    const span = this.startSpan(name, options, context)
    return contextApi.with(trace.setSpan(context, span), fn, undefined, span)
  }

  #recorder(measured: Measured): RecordDuration<Facts> | undefined {
    if (!this.#known.has(measured)) this.#known.set(measured, this.#recorders(measured))
    return this.#known.get(measured)
  }
}

/** A client's span is a call of a database where it says so from the start; what is sent and worked on has kinds of its own. */
function measuredBy({ kind, attributes = {} }: SpanOptions): Measured | undefined {
  if (kind === SpanKind.CLIENT) return 'db.system.name' in attributes ? DATABASE_CALL : undefined
  if (kind === SpanKind.PRODUCER) return MESSAGE_SENT
  return kind === SpanKind.CONSUMER ? MESSAGE_PROCESSED : undefined
}

function only(keys: readonly string[], attributes: Attributes, failed: boolean): Attributes {
  const kept: Attributes = {}
  for (const key of keys) {
    const value = attributes[key]
    if (value !== undefined) kept[key] = value
  }
  if (failed && kept['error.type'] === undefined) kept['error.type'] = '_OTHER'
  return kept
}

type Over = (attributes: Attributes, failed: boolean) => void

/** What recorded spans, ours and the SDK's, have beyond the API. */
interface ReadableSpan extends Span {
  readonly attributes?: Attributes
  readonly status?: SpanStatus
  readonly statusCode?: SpanStatusCode
}

function whenEnded(span: ReadableSpan, over: Over): Span {
  const end = span.end.bind(span)
  const ended = (time?: TimeInput): void => {
    if (span.isRecording()) {
      over(span.attributes ?? {}, (span.statusCode ?? span.status?.code) === SpanStatusCode.ERROR)
    }
    end(time)
  }
  return Object.defineProperty(span, 'end', { value: ended, configurable: true })
}

/** A span that is not kept, of which many may be one object; remembers what its duration is to say. */
class UnkeptSpan extends SilentSpan {
  readonly #span: Span
  readonly #attributes: Attributes
  readonly #over: Over
  #failed = false
  #ended = false

  constructor(span: Span, attributes: Attributes, over: Over) {
    super()
    this.#span = span
    this.#attributes = attributes
    this.#over = over
  }

  spanContext(): ReturnType<Span['spanContext']> {
    return this.#span.spanContext()
  }

  override setAttribute(key: string, value: AttributeValue): this {
    this.#attributes[key] = value
    return this
  }

  override setAttributes(attributes: Attributes): this {
    Object.assign(this.#attributes, attributes)
    return this
  }

  override setStatus({ code }: SpanStatus): this {
    this.#failed = code === SpanStatusCode.ERROR
    return this
  }

  override end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#over(this.#attributes, this.#failed)
  }
}
