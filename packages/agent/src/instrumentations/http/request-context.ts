import { createContextKey, type Context, type Span } from '@opentelemetry/api'

// The API gives the same key for the same description: these are the ones its `trace` and the SDK's `core` use.
const SPAN = createContextKey('OpenTelemetry Context Key SPAN')
const RPC_METADATA = createContextKey('OpenTelemetry SDK Context Key RPC_METADATA')

/** What frameworks leave for the span of the request: the route they have chosen. */
export interface RpcMetadata {
  readonly type: 'http'
  readonly span: Span
  route?: string
}

/**
 * The context of an incoming request: what came with it, its span and its metadata, as three fields. The API's own
 * contexts copy a map for each value that is set, twice per request.
 */
export class RequestContext implements Context {
  readonly rpc: RpcMetadata
  readonly #incoming: Context

  constructor(incoming: Context, span: Span) {
    this.#incoming = incoming
    this.rpc = { type: 'http', span }
  }

  getValue(key: symbol): unknown {
    if (key === SPAN) return this.rpc.span
    return key === RPC_METADATA ? this.rpc : this.#incoming.getValue(key)
  }

  setValue(key: symbol, value: unknown): Context {
    return this.#plain().setValue(key, value)
  }

  deleteValue(key: symbol): Context {
    return this.#plain().deleteValue(key)
  }

  #plain(): Context {
    return this.#incoming.setValue(SPAN, this.rpc.span).setValue(RPC_METADATA, this.rpc)
  }
}
