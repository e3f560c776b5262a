import type { Clock } from '@clew/base/clock'
import { errorMessage } from '@clew/base/errors'
import { LoadGenerator } from '@clew/otlp/generate/load-generator'
import { LatencyHistogram } from './latency-histogram.ts'
import type { LoadTarget } from './load-target.ts'

export interface LoadOptions {
  readonly target: LoadTarget
  /** 0: as fast as the target takes it. */
  readonly spansPerSecond: number
  readonly durationMs: number
  /** The load ends after so many spans, if not earlier; Infinity for no such end. */
  readonly maxSpans: number
  /**
   * Spreads the times of all `maxSpans` spans evenly over so much of the past, oldest first; 0 sends them as of now. A
   * history as long as one wants, in a fraction of the time.
   */
  readonly overMs: number
  readonly spansPerRequest: number
  /** Requests under way at once, at most. */
  readonly concurrency: number
  /** Also sends the log records that belong to the spans. */
  readonly logs: boolean
  readonly seed: number
  /** Distinct services; those of the shop when absent. */
  readonly services?: number | undefined
  /** Distinct attribute keys beside those of the shop. */
  readonly attributeKeys?: number | undefined
  readonly clock: Clock
  /** Ends the load early. */
  readonly abort: AbortSignal
  /** Called about once a second. */
  readonly onProgress?: (soFar: LoadReport) => void
}

/** What a load came to. */
export interface LoadReport {
  readonly elapsedMs: number
  readonly spansAccepted: number
  readonly logsAccepted: number
  readonly bytesAccepted: number
  readonly requestsAccepted: number
  readonly requestsFailed: number
  /** Messages of failures, most frequent first, a few of them. */
  readonly failures: readonly { readonly message: string; readonly count: number }[]
  readonly spansPerSecond: number
  /** Time from sending a request to its acknowledgement. */
  readonly ackP50Ms: number
  readonly ackP99Ms: number
  readonly ackMaxMs: number
}

const MAX_FAILURE_KINDS = 20
/** A failing target is asked again after this time, not in a busy loop. */
const FAILURE_PAUSE_MS = 100
const PROGRESS_MS = 1000

/** Puts a load on a target for a while and reports what was acknowledged. Failures are counted, not thrown. */
export async function runLoad(options: LoadOptions): Promise<LoadReport> {
  const run = new LoadRun(options)
  return run.finish()
}

class LoadRun {
  readonly #options: LoadOptions
  readonly #generator: LoadGenerator
  readonly #latencies = new LatencyHistogram()
  readonly #failures = new Map<string, number>()
  readonly #startedMs: number
  readonly #startedNanos: bigint
  /** Ends the pauses of all senders; one abort listener serves them all. */
  readonly #wakers = new Set<() => void>()
  #planned = 0
  #spans = 0
  #logs = 0
  #bytes = 0
  #accepted = 0
  #failed = 0
  #progressMs = 0

  constructor(options: LoadOptions) {
    this.#options = options
    this.#generator = new LoadGenerator({
      seed: options.seed,
      spansPerRequest: options.spansPerRequest,
      services: options.services,
      attributeKeys: options.attributeKeys,
    })
    this.#startedMs = options.clock.monotonicMillis()
    this.#startedNanos = options.clock.unixNanos()
    options.abort.addEventListener('abort', () => this.#wakers.forEach((wake) => wake()), { once: true })
  }

  async finish(): Promise<LoadReport> {
    await Promise.all(Array.from({ length: this.#options.concurrency }, () => this.#sendUntilDone()))
    return this.#report()
  }

  async #sendUntilDone(): Promise<void> {
    const { target, spansPerSecond, durationMs, maxSpans, abort, logs } = this.#options
    while (!abort.aborted) {
      const elapsedMs = this.#elapsedMs()
      if (elapsedMs >= durationMs || this.#planned >= maxSpans) return
      if (spansPerSecond > 0) {
        const aheadMs = (this.#planned / spansPerSecond) * 1000 - elapsedMs
        if (aheadMs > 0) {
          await this.#pause(Math.min(aheadMs, durationMs - elapsedMs))
          continue
        }
      }
      const endNanos = this.#nextEndNanos()
      const request = logs
        ? this.#generator.nextTracesAndLogs(endNanos)
        : { traces: this.#generator.nextTraces(endNanos) }
      this.#planned += request.traces.itemCount
      const { clock } = this.#options
      const sent = clock.monotonicMillis()
      try {
        await target.send('traces', request.traces.bytes)
        this.#latencies.record(clock.monotonicMillis() - sent)
        this.#spans += request.traces.itemCount
        this.#bytes += request.traces.bytes.length
        this.#accepted += 1
        if ('logs' in request) {
          await target.send('logs', request.logs.bytes)
          this.#logs += request.logs.itemCount
          this.#bytes += request.logs.bytes.length
          this.#accepted += 1
        }
      } catch (error) {
        this.#noteFailure(errorMessage(error))
        await this.#pause(FAILURE_PAUSE_MS)
      }
      this.#progress()
    }
  }

  /** When the latest span of the next request ends. */
  #nextEndNanos(): bigint {
    const { clock, overMs, maxSpans } = this.#options
    if (overMs === 0) return clock.unixNanos()
    const aheadMs = Math.min(1, this.#planned / maxSpans) * overMs
    return this.#startedNanos + BigInt(Math.round((aheadMs - overMs) * 1e6))
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        this.#wakers.delete(done)
        resolve()
      }
      const timer = setTimeout(done, delayMs)
      this.#wakers.add(done)
    })
  }

  #noteFailure(message: string): void {
    this.#failed += 1
    const known = this.#failures.get(message)
    if (known !== undefined || this.#failures.size < MAX_FAILURE_KINDS) this.#failures.set(message, (known ?? 0) + 1)
  }

  #progress(): void {
    const elapsedMs = this.#elapsedMs()
    if (elapsedMs - this.#progressMs < PROGRESS_MS) return
    this.#progressMs = elapsedMs
    this.#options.onProgress?.(this.#report())
  }

  #elapsedMs(): number {
    return this.#options.clock.monotonicMillis() - this.#startedMs
  }

  #report(): LoadReport {
    const elapsedMs = this.#elapsedMs()
    return {
      elapsedMs: Math.round(elapsedMs),
      spansAccepted: this.#spans,
      logsAccepted: this.#logs,
      bytesAccepted: this.#bytes,
      requestsAccepted: this.#accepted,
      requestsFailed: this.#failed,
      failures: [...this.#failures].map(([message, count]) => ({ message, count })).sort((a, b) => b.count - a.count),
      spansPerSecond: elapsedMs === 0 ? 0 : Math.round((this.#spans / elapsedMs) * 1000),
      ackP50Ms: round(this.#latencies.quantileMs(0.5)),
      ackP99Ms: round(this.#latencies.quantileMs(0.99)),
      ackMaxMs: round(this.#latencies.maxMs),
    }
  }
}

function round(value: number): number {
  return Number(value.toPrecision(3))
}
