import { ConsumeError } from '@clew/otlp/consumer'

/** How long a sender should wait when the queue is full. */
const FULL_RETRY_MS = 1000

/** There is no room, or there was none until the sender left. */
export function queueFull(): ConsumeError {
  return new ConsumeError('queue_full', 'sending queue is full', { retryable: true, retryAfterMs: FULL_RETRY_MS })
}

/** An error of its own for another sender of the same request: each refusal is booked by itself. */
export function copyOf(error: unknown): unknown {
  if (!(error instanceof ConsumeError)) return error
  const { code, message, retryable, retryAfterMs } = error
  return new ConsumeError(code, message, { retryable, retryAfterMs, cause: error })
}

/** Nothing is taken any more. */
export function stopping(): ConsumeError {
  return new ConsumeError('shutting_down', 'the exporter is shutting down', { retryable: true })
}
