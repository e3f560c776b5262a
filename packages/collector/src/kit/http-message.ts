import type { IncomingHttpHeaders } from 'node:http'
import type { RpcError } from './rpc-error.ts'

export interface HttpRequest {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: string
  readonly headers: IncomingHttpHeaders
  readonly clientAddress: string | undefined
  /** Aborted when the client has gone. */
  readonly abort: AbortSignal
  /** Reads and inflates the body within the limits. Throws RpcError (413, 400, 503). May be called once. */
  body(): Promise<Uint8Array>
}

export interface HttpResponse {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
}

export interface HttpRoute {
  /** Methods it takes; another gets 405 with `Allow`. */
  readonly methods: readonly string[]
  handle(request: HttpRequest): Promise<HttpResponse>
  /** Told about every request that was turned away before `handle`. */
  refused?(error: RpcError): void
}
