import { createContextKey, type Context, type Span } from '@opentelemetry/api'

// The API gives the same key for the same description: these are the ones its `trace` and the SDK's `core` use.
const SPAN = createContextKey('OpenTelemetry Context Key SPAN')
const RPC_METADATA = createContextKey('OpenTelemetry SDK Context Key RPC_METADATA')

/** What frameworks leave for the span of the request: the route they have chosen. */
export interface RpcMetadata {
  readonly type: 'http'
  readonly span: Span
  route?: string | undefined
}

/**
 * The context of an incoming request: what came with it, its span and its metadata, in one object. The API's own
 * contexts copy a map for each value that is set, twice per request.
 */
export class RequestContext implements Context, RpcMetadata {
  readonly type = 'http'
  readonly span: Span
  route: string | undefined = undefined
  /** By the monotonic clock. */
  readonly startMs: number
  readonly scheme: string
  /** It has been answered. */
  over = false
  readonly #incoming: Context

  constructor(incoming: Context, span: Span, scheme = '', startMs = 0) {
    this.#incoming = incoming
    this.span = span
    this.scheme = scheme
    this.startMs = startMs
  }

  get rpc(): RpcMetadata {
    return this
  }

  getValue(key: symbol): unknown {
    if (key === SPAN) return this.span
    return key === RPC_METADATA ? this : this.#incoming.getValue(key)
  }

  setValue(key: symbol, value: unknown): Context {
    return this.#plain().setValue(key, value)
  }

  deleteValue(key: symbol): Context {
    return this.#plain().deleteValue(key)
  }

  #plain(): Context {
    return this.#incoming.setValue(SPAN, this.span).setValue(RPC_METADATA, this)
  }
}
