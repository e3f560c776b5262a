import { ClewError } from '@clew/base/errors'
import type { QueryOptions } from './driver.ts'

/** What an engine gets beyond the time of a query to say itself that it is over. */
const GRACE_MS = 2_000

/** A query that ends for whoever asks when its time is over or when they leave, whatever the engine does. */
export interface Deadline {
  /** Aborted when the time is over or the caller has left. */
  readonly signal: AbortSignal
  /** Waits for `work`, but not longer than until the signal. Throws QUERY_TIMEOUT or QUERY_CANCELLED then. */
  race<Result>(work: Promise<Result>): Promise<Result>
  /** Must be called at the end. */
  end(): void
}

/** Starts the time of a query; waiting for a free session counts. */
export function startDeadline(options: QueryOptions): Deadline {
  const { abort, maxExecutionMs } = options
  const controller = new AbortController()
  const leave = (): void => controller.abort(cancelledError())
  if (abort?.aborted === true) leave()
  abort?.addEventListener('abort', leave, { once: true })
  const timer =
    maxExecutionMs === undefined || maxExecutionMs <= 0
      ? undefined
      : setTimeout(() => controller.abort(lateError(maxExecutionMs)), maxExecutionMs + GRACE_MS)
  const { signal } = controller
  return {
    signal,
    async race(work) {
      if (signal.aborted) {
        work.catch(() => undefined)
        throw signal.reason
      }
      return await new Promise((resolve, reject) => {
        const stop = (): void => reject(signal.reason as Error)
        signal.addEventListener('abort', stop, { once: true })
        work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
      })
    },
    end() {
      clearTimeout(timer)
      abort?.removeEventListener('abort', leave)
    },
  }
}

function lateError(maxExecutionMs: number): ClewError {
  return new ClewError('QUERY_TIMEOUT', `the database did not answer within ${maxExecutionMs / 1000} s`, {
    fix: 'narrow the time range or the filter, or raise the limit; when every query does this, look at the database',
  })
}

/** What an aborted query fails with. */
export function cancelledError(): ClewError {
  return new ClewError('QUERY_CANCELLED', 'the query was cancelled')
}
