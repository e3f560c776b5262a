import type { TimeInput } from '@opentelemetry/api'
import { performance } from 'node:perf_hooks'

const NANOS_PER_SECOND = 1_000_000_000
const MAX_DRIFT_MS = 5
const CHECK_EVERY_MS = 1000

/**
 * Wall-clock time with the resolution of the monotonic clock, without an allocation: each method leaves its result in
 * `seconds` (since 1970) and `nanos` (0 to 999,999,999). All spans of a process read the same clock, so a child never
 * starts before its parent; it is set right again when the system's clock has moved away from it.
 */
export class WallClock {
  seconds = 0
  nanos = 0
  /** The monotonic clock when `now` was called last. */
  monotonicMs = 0
  #originSeconds = 0
  #originNanos = 0
  #checkedMs = 0

  constructor() {
    this.#anchor(performance.now())
  }

  /** The time now. */
  now(): void {
    this.monotonicMs = performance.now()
    this.#fromMonotonic(this.monotonicMs)
  }

  /**
   * The time now, compared with the system's clock at most once a second. For the start of a trace, where a step hurts
   * nobody.
   */
  correctedNow(): void {
    this.now()
    const nowMs = this.monotonicMs
    if (nowMs - this.#checkedMs < CHECK_EVERY_MS) return
    this.#checkedMs = nowMs
    const driftMs = Date.now() - (this.seconds * 1000 + this.nanos / 1e6)
    if (Math.abs(driftMs) <= MAX_DRIFT_MS) return
    this.#anchor(nowMs)
    this.#fromMonotonic(nowMs)
  }

  /** The system's clock as it is, in milliseconds: to be compared with times the program has read from it. */
  systemNow(): void {
    this.#fromEpochMs(Date.now())
  }

  /**
   * A time given by the program: `[seconds, nanos]`, a Date, milliseconds since 1970, or a reading of
   * `performance.now()` (any number not above its present value). False when it is none of these.
   */
  read(input: TimeInput): boolean {
    if (typeof input === 'number') {
      if (!Number.isFinite(input)) return false
      if (input <= performance.now()) this.#fromMonotonic(input)
      else this.#fromEpochMs(input)
      return true
    }
    if (input instanceof Date) {
      const epochMs = input.getTime()
      if (!Number.isFinite(epochMs)) return false
      this.#fromEpochMs(epochMs)
      return true
    }
    if (!Array.isArray(input) || typeof input[0] !== 'number' || typeof input[1] !== 'number') return false
    this.seconds = input[0]
    this.nanos = input[1]
    return true
  }

  #anchor(monotonicMs: number): void {
    // Whole milliseconds are all the system gives; the middle of the millisecond is the best guess.
    const originMs = Date.now() + 0.5 - monotonicMs
    this.#originSeconds = Math.floor(originMs / 1000)
    this.#originNanos = Math.round((originMs - this.#originSeconds * 1000) * 1e6)
  }

  #fromMonotonic(monotonicMs: number): void {
    const nanos = this.#originNanos + Math.round(monotonicMs * 1e6)
    const seconds = Math.floor(nanos / NANOS_PER_SECOND)
    this.seconds = this.#originSeconds + seconds
    // A small integer, which is kept without a box.
    this.nanos = (nanos - seconds * NANOS_PER_SECOND) | 0
  }

  #fromEpochMs(epochMs: number): void {
    const seconds = Math.floor(epochMs / 1000)
    const nanos = Math.round((epochMs - seconds * 1000) * 1e6)
    this.seconds = nanos < NANOS_PER_SECOND ? seconds : seconds + 1
    this.nanos = nanos < NANOS_PER_SECOND ? nanos : 0
  }
}
