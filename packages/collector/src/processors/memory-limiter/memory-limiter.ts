import { formatByteSize } from '@clew/base/byte-size'
import type { Batch } from '@clew/otlp/batch'
import { ConsumeError, type ConsumeContext, type Consumer, type ConsumeResult } from '@clew/otlp/consumer'
import type { Signal } from '@clew/otlp/signal'
import type { ComponentContext, Processor, Refusal } from '../../core/component.ts'
import { UNIT_NAME } from '../../core/counts.ts'
import type { Counter } from '../../core/self-metrics.ts'
import type { MemoryLimiterConfig } from './config.ts'

/** What the limiter looks at; passed in, so that tests own it. */
export interface MemoryProbe {
  rssBytes(): number
  totalBytes(): number
  forceGc(): void
}

const MIB = 1024 * 1024
/** The spike limit when none is given, as a share of the hard limit. */
const DEFAULT_SPIKE_SHARE = 0.2

/**
 * Refuses data, with an error that tells the sender to come back, while the resident memory is above the soft limit or the
 * event loop is late. Receivers ask it before they read or decode a request.
 */
export class MemoryLimiter implements Processor {
  readonly #config: MemoryLimiterConfig
  readonly #context: ComponentContext
  readonly #next: Consumer
  readonly #probe: MemoryProbe
  readonly #hardBytes: number
  readonly #softBytes: number
  readonly #accepted: Counter
  readonly #refused: Counter
  #refusal: Refusal | undefined
  #cancel: (() => void) | undefined
  #lastGcMs = -Infinity

  constructor(
    config: MemoryLimiterConfig,
    context: ComponentContext,
    signal: Signal,
    next: Consumer,
    probe: MemoryProbe,
  ) {
    this.#config = config
    this.#context = context
    this.#next = next
    this.#probe = probe
    const { hard, soft } = limits(config, probe.totalBytes())
    this.#hardBytes = hard
    this.#softBytes = soft
    const counter = (outcome: string): Counter =>
      context.metrics.counter(
        `otelcol_processor_memory_limiter_${outcome}_${UNIT_NAME[signal]}`,
        `Number of ${UNIT_NAME[signal]} ${outcome} by the memory limiter`,
        { processor: context.id },
      )
    this.#accepted = counter('accepted')
    this.#refused = counter('refused')
  }

  start(): Promise<void> {
    this.#check()
    this.#schedule()
    return Promise.resolve()
  }

  shutdown(): Promise<void> {
    this.#cancel?.()
    this.#cancel = undefined
    this.#refusal = undefined
    return Promise.resolve()
  }

  admission(): Refusal | undefined {
    return this.#refusal
  }

  consume(batch: Batch, context: ConsumeContext): Promise<ConsumeResult> {
    const refusal = this.#refusal
    if (refusal !== undefined) {
      this.#refused.add(batch.pointCount)
      const { code, message, retryAfterMs } = refusal
      return Promise.reject(new ConsumeError(code, message, { retryable: true, retryAfterMs }))
    }
    this.#accepted.add(batch.pointCount)
    return this.#next.consume(batch, context)
  }

  #schedule(): void {
    const { clock } = this.#context
    const dueMs = clock.monotonicMillis() + this.#config.check_interval
    this.#cancel = clock.after(this.#config.check_interval, () => {
      // The timer itself shows how late the event loop is.
      this.#check(clock.monotonicMillis() - dueMs)
      this.#schedule()
    })
  }

  #check(lagMs = 0): void {
    let rss = this.#probe.rssBytes()
    if (rss > this.#softBytes && this.#collect(rss > this.#hardBytes)) rss = this.#probe.rssBytes()
    const { max_event_loop_lag: maxLagMs } = this.#config
    let refusal: Refusal | undefined
    if (rss > this.#softBytes) {
      refusal = this.#refuse(
        'memory_limit',
        `data refused due to high memory usage: ${formatByteSize(rss)} used, limit ${formatByteSize(this.#softBytes)}`,
      )
    } else if (maxLagMs > 0 && lagMs > maxLagMs) {
      refusal = this.#refuse('event_loop_lag', `data refused: the event loop is ${Math.round(lagMs)} ms late`)
    }
    if ((refusal === undefined) !== (this.#refusal === undefined)) {
      if (refusal === undefined) this.#context.reportStatus('ok')
      else this.#context.reportStatus('recoverable-error', refusal.message)
    }
    this.#refusal = refusal
  }

  #refuse(code: string, message: string): Refusal {
    return { code, message, retryAfterMs: Math.max(1000, this.#config.check_interval) }
  }

  /** True when garbage was collected. */
  #collect(hard: boolean): boolean {
    const { min_gc_interval_when_hard_limited, min_gc_interval_when_soft_limited } = this.#config
    const now = this.#context.clock.monotonicMillis()
    if (now - this.#lastGcMs < (hard ? min_gc_interval_when_hard_limited : min_gc_interval_when_soft_limited))
      return false
    this.#lastGcMs = now
    this.#probe.forceGc()
    return true
  }
}

function limits(config: MemoryLimiterConfig, totalBytes: number): { hard: number; soft: number } {
  const hard = config.limit_mib > 0 ? config.limit_mib * MIB : (totalBytes * config.limit_percentage) / 100
  let spike = hard * DEFAULT_SPIKE_SHARE
  if (config.limit_mib > 0 && config.spike_limit_mib > 0) spike = config.spike_limit_mib * MIB
  else if (config.limit_mib === 0 && config.spike_limit_percentage > 0) {
    spike = (totalBytes * config.spike_limit_percentage) / 100
  }
  return { hard, soft: hard - spike }
}
