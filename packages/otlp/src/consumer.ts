import type { Batch } from './batch.ts'

/** What a receiver knows about a request besides its items. */
export interface ConsumeContext {
  /** Aborted when the sender's deadline has passed or the sender has gone. */
  readonly abort?: AbortSignal
  /** Request metadata (lower-case header names), for `from_context` and routing. */
  readonly metadata?: ReadonlyMap<string, readonly string[]>
  readonly clientAddress?: string
}

/** Items the consumer looked at and will never store, and why. The rest of the batch was taken. */
export interface Rejection {
  /** In the unit of the signal: spans, log records, data points. */
  readonly count: number
  readonly reason: string
}

/** `rejected` is undefined when all was taken. */
export interface ConsumeResult {
  readonly rejected?: Rejection
}

export const ACCEPTED: ConsumeResult = Object.freeze({})

/**
 * Why a batch was not taken. A retryable error tells the sender to send the same batch again (after `retryAfterMs` when
 * given); a permanent one tells it to drop it. Any other error thrown by a consumer counts as retryable.
 */
export class ConsumeError extends Error {
  readonly retryable: boolean
  readonly retryAfterMs: number | undefined
  readonly code: string

  constructor(
    code: string,
    message: string,
    options: { retryable: boolean; retryAfterMs?: number | undefined; cause?: unknown },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'ConsumeError'
    this.code = code
    this.retryable = options.retryable
    this.retryAfterMs = options.retryAfterMs
  }
}

/**
 * Takes batches of telemetry: a processor, an exporter, the store.
 *
 * - The promise must resolve only when the consumer has taken responsibility: for the store, when the rows are on disk.
 * - A batch is read-only for everyone who holds it (edits make a new one), so it may be kept and shared after the call.
 * - It must reject with a ConsumeError (or resolve with `rejected`) rather than drop anything silently.
 */
export interface Consumer {
  consume(batch: Batch, context: ConsumeContext): Promise<ConsumeResult>
}
