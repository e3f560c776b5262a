import { GrpcCode, httpStatusOf } from './grpc-code.ts'

export interface RpcErrorOptions {
  /** Overrides the HTTP status that follows from the code (413, 405 and 415 have no code of their own). */
  readonly httpStatus?: number | undefined
  /** The sender should wait this long and send the same request again. */
  readonly retryAfterMs?: number | undefined
  /** Path of the field that is wrong, for `google.rpc.BadRequest`. */
  readonly field?: string | undefined
  readonly cause?: unknown
}

/** A request that failed, on either side of the wire: what a server answers, and what a client got. */
export class RpcError extends Error {
  readonly code: GrpcCode
  readonly httpStatus: number
  readonly retryAfterMs: number | undefined
  readonly field: string | undefined

  constructor(code: GrpcCode, message: string, options: RpcErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'RpcError'
    this.code = code
    this.httpStatus = options.httpStatus ?? httpStatusOf(code)
    this.retryAfterMs = options.retryAfterMs
    this.field = options.field
  }
}

/** Anything thrown inside a handler as an answer. What we did not foresee is INTERNAL: not retryable, no details leak. */
export function toRpcError(error: unknown): RpcError {
  if (error instanceof RpcError) return error
  return new RpcError(GrpcCode.internal, 'internal error', { cause: error })
}
