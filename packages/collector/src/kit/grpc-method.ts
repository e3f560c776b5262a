import type { IncomingHttpHeaders } from 'node:http2'
import type { RpcError } from './rpc-error.ts'

/** One unary call as a method sees it. */
export interface UnaryRequest {
  /** The inflated message. It belongs to the method: nobody else writes to it. */
  readonly message: Uint8Array
  /** Aborted when the deadline of the caller has passed or the caller has gone. */
  readonly abort: AbortSignal
  /** Request headers by lower-case name. */
  readonly metadata: IncomingHttpHeaders
  readonly clientAddress: string | undefined
}

export interface UnaryMethod {
  /** Asked when the headers have arrived and nothing else: a refusal here costs no memory and no decoding. */
  admit?(): RpcError | undefined
  /** Returns the response message; an RpcError that is thrown becomes the status. */
  handle(request: UnaryRequest): Promise<Uint8Array>
  /** Told about every call that never reached `handle`. */
  refused?(error: RpcError): void
}
