import { Backoff } from '@clew/base/backoff'
import type { Clock } from '@clew/base/clock'
import { z } from 'zod'
import { durationMs } from '../config/fields.ts'
import { isRetryableCode } from './grpc-code.ts'
import { RpcError } from './rpc-error.ts'

/** `retry_on_failure` of an exporter. Durations are in milliseconds. */
export interface RetryConfig {
  readonly enabled: boolean
  readonly initial_interval: number
  readonly randomization_factor: number
  readonly multiplier: number
  readonly max_interval: number
  readonly max_elapsed_time: number
}

export const retrySchema: z.ZodType<RetryConfig> = z.strictObject({
  enabled: z.boolean().default(true).describe('Send again after errors that may pass.'),
  initial_interval: durationMs('5s').describe('Wait before the first retry.'),
  randomization_factor: z.number().min(0).max(1).default(0.5).describe('Jitter: 0 none, 0.5 half to one and a half.'),
  multiplier: z.number().min(1).default(1.5).describe('Each wait is this much longer than the last.'),
  max_interval: durationMs('30s').describe('Longest wait.'),
  max_elapsed_time: durationMs('300s').describe('Give up, drop and count after this time; 0 never.'),
})

/** Why the last attempt was the last. */
export class GaveUp extends Error {
  /** `permanent`: the server will never take it; `expired`: max_elapsed_time; `shutdown`: we are stopping. */
  readonly reason: 'permanent' | 'expired' | 'shutdown' | 'retry disabled'
  readonly last: Error

  constructor(reason: GaveUp['reason'], last: Error) {
    super(last.message, { cause: last })
    this.name = 'GaveUp'
    this.reason = reason
    this.last = last
  }
}

export interface RetryHooks {
  readonly clock: Clock
  /** Aborts waiting: after it, one failed attempt is the last. */
  readonly stop: AbortSignal
  readonly onRetry?: (error: Error, delayMs: number) => void
  readonly random?: () => number
}

/** Runs `attempt` until it succeeds. Throws GaveUp. */
export async function withRetry<T>(config: RetryConfig, hooks: RetryHooks, attempt: () => Promise<T>): Promise<T> {
  const { clock } = hooks
  const backoff = new Backoff(
    {
      initialMs: config.initial_interval,
      multiplier: config.multiplier,
      randomizationFactor: config.randomization_factor,
      maxMs: config.max_interval,
      maxElapsedMs: config.max_elapsed_time,
    },
    clock.monotonicMillis(),
    hooks.random,
  )
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      const failure = error instanceof Error ? error : new Error(String(error))
      if (!isRetryable(failure)) throw new GaveUp('permanent', failure)
      if (hooks.stop.aborted) throw new GaveUp('shutdown', failure)
      if (!config.enabled) throw new GaveUp('retry disabled', failure)
      const asked = failure instanceof RpcError ? failure.retryAfterMs : undefined
      const delayMs = backoff.next(clock.monotonicMillis(), asked)
      if (delayMs === undefined) throw new GaveUp('expired', failure)
      hooks.onRetry?.(failure, delayMs)
      await sleep(clock, delayMs, hooks.stop)
    }
  }
}

function isRetryable(error: Error): boolean {
  return error instanceof RpcError ? isRetryableCode(error.code, error.retryAfterMs !== undefined) : true
}

/** Waits, but not longer than until `stop` is aborted. */
function sleep(clock: Clock, delayMs: number, stop: AbortSignal): Promise<void> {
  if (stop.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      cancel()
      stop.removeEventListener('abort', done)
      resolve()
    }
    const cancel = clock.after(delayMs, done)
    stop.addEventListener('abort', done)
  })
}
