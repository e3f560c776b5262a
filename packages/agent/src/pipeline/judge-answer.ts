/** What came of a request. */
export interface Outcome {
  readonly retry: boolean
  /** Why it was not accepted; undefined when it was. */
  readonly reason?: string
  readonly retryAfterMs?: number
  /** A kept connection was closed by the other side: at once again, on another. */
  readonly stale?: boolean
  /** Of the answer, where what it says is of interest. */
  readonly status?: number
}

const MAX_RETRY_AFTER_MS = 30_000
const RETRYABLE = new Set([408, 429, 502, 503, 504])

/**
 * What an answer means, after the OTLP/HTTP specification: which codes are worth another attempt, and when. `Retry-After`
 * may be seconds or a date (RFC 9110, 10.2.3); more than 30 seconds count as 30.
 */
export function judgeAnswer(status: number, retryAfter: string | undefined, nowMs: number = Date.now()): Outcome {
  if (status >= 200 && status < 300) return { retry: false }
  const reason = `HTTP ${status}`
  if (!RETRYABLE.has(status)) return { retry: false, reason }
  const waitMs = retryAfterMs(retryAfter, nowMs)
  return waitMs === undefined ? { retry: true, reason } : { retry: true, reason, retryAfterMs: waitMs }
}

/** What it means that there was no answer: that it is worth another attempt. */
export function judgeFailure({ code, message }: NodeJS.ErrnoException): Outcome {
  return { retry: true, reason: code ?? message }
}

function retryAfterMs(text: string | undefined, nowMs: number): number | undefined {
  const trimmed = text?.trim() ?? ''
  if (trimmed === '') return undefined
  const waitMs = /^\d+$/.test(trimmed) ? Number(trimmed) * 1000 : Date.parse(trimmed) - nowMs
  return waitMs > 0 ? Math.min(waitMs, MAX_RETRY_AFTER_MS) : undefined
}
