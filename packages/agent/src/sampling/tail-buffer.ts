import type { TailSettings } from '@clew/opamp/live-settings'
import { isBelow, readThreshold, thresholdOf, type Threshold } from '../tracer/consistent-threshold.ts'
import type { Choice } from '../tracer/sampler.ts'
import type { RecordingSpan } from '../tracer/recording-span.ts'
import { LocalTrace, type FinalDecision, type HeadDecision, type LocalTraceKeeper } from './local-trace.ts'
import { RareOperations } from './rare-operations.ts'
import { RateShare } from './rate-share.ts'

/** Why a trace was kept or not. */
export interface TailCounts {
  slow: number
  failed: number
  rare: number
  /** Traces left to the decision at their start. */
  byShare: number
  /** Traces decided before their root ended: too old, no memory left, or the process ended. */
  early: number
  discardedSpans: number
}

/** What the buffer asks its sampler. */
export interface TailSampler {
  /** The share a rule gives that could not be looked at before; undefined when none applies. */
  finalRule(root: RecordingSpan, startName: string): Choice | undefined
  /** Whether a trace passes a threshold by its randomness. */
  passes(threshold: Threshold, span: RecordingSpan): boolean
  /** The part a loaded agent keeps. */
  readonly keep: number
}

const DEFAULT_MAX_BYTES = 16 * 1024 * 1024
/** A trace whose root has not ended by then is decided by what is known. */
const MAX_AGE_MS = 60_000
const LOOK_EVERY_MS = 5000
const DEFAULT_PER_SECOND = 100
const ALL = thresholdOf(1)

/**
 * Keeps the spans of open traces and decides when their local root ends. A trace that is slow, failed or among the first
 * of its kind is kept with the share of such traces (all of them, up to a rate), whatever the dice said at its start, and
 * its threshold says that share: each kind of trace is counted by the probability with which its kind is kept.
 */
export class TailBuffer implements LocalTraceKeeper {
  readonly counts: TailCounts = { slow: 0, failed: 0, rare: 0, byShare: 0, early: 0, discardedSpans: 0 }
  readonly #settings: TailSettings
  readonly #sampler: TailSampler
  readonly #rare: RareOperations
  readonly #rate: RateShare
  readonly #maxBytes: number
  /** In the order in which they began. */
  readonly #open = new Set<LocalTrace>()
  #bytes = 0
  #timer: NodeJS.Timeout | undefined

  constructor(settings: TailSettings, sampler: TailSampler) {
    this.#settings = settings
    this.#sampler = sampler
    this.#rare = new RareOperations(settings.rarePerMinute ?? 0)
    this.#rate = new RateShare(settings.perSecond ?? DEFAULT_PER_SECOND, performance.now())
    this.#maxBytes = settings.maxBytes ?? DEFAULT_MAX_BYTES
  }

  /** Estimated bytes of the spans in memory. */
  get bytes(): number {
    return this.#bytes
  }

  /** Begins to keep a trace. */
  open(root: RecordingSpan, head: HeadDecision): LocalTrace {
    const trace = new LocalTrace(this, root, head, performance.now())
    this.#open.add(trace)
    this.#timer ??= setInterval(() => this.#decideOld(), LOOK_EVERY_MS).unref()
    return trace
  }

  grown(bytes: number): void {
    this.#bytes += bytes
    this.#makeRoom()
  }

  rootEnded(trace: LocalTrace): void {
    const { root } = trace
    const durationMs = (root.endSeconds - root.startSeconds) * 1000 + (root.endNanos - root.startNanos) / 1e6
    this.#close(trace, this.#final(trace, this.#reason(trace, durationMs, true)))
  }

  discarded(spans: number): void {
    this.counts.discardedSpans += spans
  }

  /** Decides everything that is open by what is known so far. */
  flush(): void {
    for (const trace of this.#open) this.#early(trace)
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #reason(trace: LocalTrace, durationMs: number, atEnd: boolean): 'slow' | 'failed' | 'rare' | undefined {
    const { errors = false, slowMs } = this.#settings
    if (atEnd && this.#rare.isRare(`${trace.root.kind} ${trace.root.name}`, Date.now())) return 'rare'
    if (errors && trace.failed) return 'failed'
    return slowMs !== undefined && durationMs >= slowMs ? 'slow' : undefined
  }

  #final(trace: LocalTrace, reason: 'slow' | 'failed' | 'rare' | undefined): FinalDecision | undefined {
    const { head, root } = trace
    const rule = this.#sampler.finalRule(root, trace.startName)
    if (reason === undefined) {
      this.counts.byShare++
      return rule === undefined ? byHead(head) : this.#withShare(head, root, thresholdFor(rule))
    }
    this.counts[reason]++
    const share = this.#rate.next(performance.now()) * this.#sampler.keep
    const own = share >= 1 ? ALL : thresholdOf(share)
    const other = thresholdFor(rule ?? head.choice)
    return this.#withShare(head, root, other !== undefined && isBelow(other, own) ? other : own)
  }

  /** Keeps what passes; where a parent was sampled the trace stays whole. */
  #withShare(head: HeadDecision, root: RecordingSpan, own: Threshold | undefined): FinalDecision | undefined {
    const passes = own !== undefined && this.#sampler.passes(own, root)
    const byOwn = passes ? ({ change: 'threshold', threshold: own } as const) : undefined
    if (head.parentKept !== true) return byOwn
    const parent = readThreshold(head.parentState)
    // Kept by either of the two: the probability is that of the larger share. What is not known cannot be joined.
    const ownIsWider = own !== undefined && (parent === undefined ? own.text === '0' : isBelow(own, parent))
    return ownIsWider && byOwn !== undefined ? byOwn : { change: 'none' }
  }

  #early(trace: LocalTrace): void {
    this.counts.early++
    const reason = this.#reason(trace, performance.now() - trace.openedMs, false)
    this.#close(trace, reason === undefined ? byHead(trace.head) : this.#final(trace, reason))
  }

  #close(trace: LocalTrace, decision: FinalDecision | undefined): void {
    this.#open.delete(trace)
    this.#bytes = this.#open.size === 0 ? 0 : Math.max(0, this.#bytes - trace.bytes)
    trace.decide(decision)
  }

  #makeRoom(): void {
    while (this.#bytes > this.#maxBytes) {
      const [oldest] = this.#open
      if (oldest === undefined) return
      this.#early(oldest)
    }
  }

  #decideOld(): void {
    const beforeMs = performance.now() - MAX_AGE_MS
    for (const trace of this.#open) {
      if (trace.openedMs > beforeMs) break
      this.#early(trace)
    }
    if (this.#open.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }
}

function byHead({ kept }: HeadDecision): FinalDecision | undefined {
  return kept ? { change: 'none' } : undefined
}

/** The threshold of a choice; undefined keeps nothing. */
function thresholdFor({ share, threshold }: Choice): Threshold | undefined {
  return share <= 0 ? undefined : (threshold ?? ALL)
}
