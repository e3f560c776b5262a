import {
  context as contextApi,
  createContextKey,
  INVALID_SPAN_CONTEXT,
  trace,
  type Attributes,
  type AttributeValue,
  type Context,
  type Exception,
  type Span,
  type SpanOptions,
  type Tracer,
} from '@opentelemetry/api'
import type { Plugin } from '../plugins/plugin.ts'
import { OmittedSpan } from '../tracer/omitted-span.ts'
import { RecordingSpan } from '../tracer/recording-span.ts'
import { tracerWrappers } from '../tracer/tracer-wrappers.ts'
import { setRoute } from './http/set-route.ts'

/** What of Next's own spans is shown: steps that run the program's code, everything it has, or nothing. */
type Layers = 'steps' | 'all' | 'none'

/** The span types that are steps. The handler of a route is no step: it is what the request's span shows. */
const STEPS = new Set([
  'Middleware.execute',
  'Render.getServerSideProps',
  'Render.getStaticProps',
  'Render.renderDocument',
  'AppRender.getBodyResult',
  'ResolveMetadata.generateMetadata',
])

/** Next's span for a request, and that for a `fetch` in it: there are spans of the agent for both. */
const REQUEST = 'BaseServer.handleRequest'
const FETCH = 'AppRender.fetch'

/** Pages that Next shows instead of what was asked for. */
const INSTEAD = new Set(['/_not-found', '/_error', '/_global-error', '/404', '/500'])

/**
 * Next.js makes spans by the OpenTelemetry API, one for the request among them. They are put into the span that the server
 * has for it already: the route becomes that span's. Option `layers`: `steps`, `all` or `none`.
 */
export const next: Plugin = {
  name: 'next',
  modules: [],
  libraries: ['next >=13.4 (its server)'],
  start: ({ options }) => {
    const named = options['layers']
    const layers: Layers = named === 'all' || named === 'none' ? named : 'steps'
    tracerWrappers.set('next.js', (tracer) => new NextTracer(tracer, layers))
  },
}

const RPC_METADATA = createContextKey('OpenTelemetry SDK Context Key RPC_METADATA')

function metadataOf(context: Context): object | undefined {
  const metadata = context.getValue(RPC_METADATA)
  return typeof metadata === 'object' && metadata !== null ? metadata : undefined
}

/** Requests whose route Next has chosen. */
const chosen = new WeakSet<object>()

/** The first one: what is rendered after it is shown instead of it. A server's own routes say less. */
function chooseRoute(context: Context, route: string): void {
  const metadata = metadataOf(context)
  if (metadata === undefined || chosen.has(metadata) || INSTEAD.has(route)) return
  chosen.add(metadata)
  setRoute(context, route)
}

const MAX_SERVED = 1000
/** Contexts of the last requests, by the span id that Next hands from its middleware to itself in a header. */
const served = new Map<string, WeakRef<Context>>()

function noteServed(spanId: string, context: Context): void {
  const [oldest] = served.keys()
  if (served.size >= MAX_SERVED && oldest !== undefined) served.delete(oldest)
  served.set(spanId, new WeakRef(context))
}

/** The context of the request where this one is read from the header that Next has written for itself. */
function requestContext(context: Context): Context {
  if (metadataOf(context) !== undefined) return context
  const spanId = trace.getSpanContext(context)?.spanId
  return (spanId === undefined ? undefined : served.get(spanId)?.deref()) ?? context
}

type SpanBody = (span: Span) => unknown

class NextTracer implements Tracer {
  readonly #tracer: Tracer
  readonly #layers: Layers

  constructor(tracer: Tracer, layers: Layers) {
    this.#tracer = tracer
    this.#layers = layers
  }

  startSpan(name: string, options: SpanOptions = {}, context: Context = contextApi.active()): Span {
    const attributes = options.attributes ?? {}
    const around = requestContext(context)
    const route = attributes['next.route']
    if (typeof route === 'string') chooseRoute(around, route)
    const type = String(attributes['next.span_type'] ?? name)
    const parent = trace.getSpan(around)
    const inOther = parent instanceof OmittedSpan ? parent.parent : parent
    const isRequest = type === REQUEST && metadataOf(around) !== undefined
    if (!isRequest && type !== FETCH && this.#shows(type)) return this.#tracer.startSpan(name, options, around)
    // Nothing is kept of the trace, or there is none: what is at work at the start of the server.
    if (!(inOther instanceof RecordingSpan)) return trace.wrapSpanContext(parent?.spanContext() ?? INVALID_SPAN_CONTEXT)
    if (!isRequest) return new OmittedSpan(inOther)
    noteServed(inOther.spanContext().spanId, around)
    return new RequestSpan(inOther, around)
  }

  startActiveSpan<F extends SpanBody>(name: string, fn: F): ReturnType<F>
  startActiveSpan<F extends SpanBody>(name: string, options: SpanOptions, fn: F): ReturnType<F>
  startActiveSpan<F extends SpanBody>(name: string, options: SpanOptions, context: Context, fn: F): ReturnType<F>
  startActiveSpan(name: string, ...rest: readonly unknown[]): unknown {
    const fn = rest.at(-1) as SpanBody
    const options = rest.length > 1 ? (rest[0] as SpanOptions | undefined) : undefined
    const context = (rest.length > 2 ? (rest[1] as Context | undefined) : undefined) ?? contextApi.active()
    const span = this.startSpan(name, options, context)
    return contextApi.with(trace.setSpan(requestContext(context), span), fn, undefined, span)
  }

  #shows(type: string): boolean {
    return this.#layers === 'all' || (this.#layers === 'steps' && STEPS.has(type))
  }
}

/** What Next says about its request's span goes to the span of the server. */
class RequestSpan extends OmittedSpan {
  readonly #context: Context

  constructor(parent: RecordingSpan, context: Context) {
    super(parent)
    this.#context = context
  }

  override setAttribute(key?: string, value?: AttributeValue): this {
    if (key === 'next.route' && typeof value === 'string') chooseRoute(this.#context, value)
    else if (key === 'next.rsc' && value === true && this.parent.isRecording()) this.parent.setAttribute(key, value)
    return this
  }

  override setAttributes(attributes: Attributes = {}): this {
    for (const [key, value] of Object.entries(attributes)) if (value !== undefined) this.setAttribute(key, value)
    return this
  }

  override recordException(exception?: Exception): void {
    if (exception !== undefined && this.parent.isRecording()) this.parent.recordException(exception)
  }
}
