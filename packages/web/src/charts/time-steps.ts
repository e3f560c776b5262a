/** Equal steps of time: what every series endpoint answers with. */
export interface TimeSteps {
  /** Start of the first step, unix nanoseconds as decimal text. */
  readonly startNanos: string
  readonly stepNanos: number
  readonly count: number
}

/** A range of time in unix nanoseconds, half open. */
export interface NanosRange {
  readonly startNanos: bigint
  readonly endNanos: bigint
}

/** Start of step `index` in unix milliseconds. Milliseconds are exact enough to draw and to print a clock. */
export function stepMillis(steps: TimeSteps, index: number): number {
  return Number(BigInt(steps.startNanos) / 1_000_000n) + (index * steps.stepNanos) / 1e6
}

/** Start of every step in unix milliseconds. */
export function allStepMillis(steps: TimeSteps): number[] {
  const start = Number(BigInt(steps.startNanos) / 1_000_000n)
  return Array.from({ length: steps.count }, (_, index) => start + (index * steps.stepNanos) / 1e6)
}

/** The step that holds a time, or null outside. */
export function stepAt(steps: TimeSteps, unixMs: number): number | null {
  if (steps.count === 0 || steps.stepNanos <= 0) return null
  const index = Math.floor(((unixMs - stepMillis(steps, 0)) * 1e6) / steps.stepNanos)
  return index >= 0 && index < steps.count ? index : null
}

/** Whole steps from the one that holds `from` to the one that holds `to`, in either order, clamped to what there is. */
export function stepRange(steps: TimeSteps, fromIndex: number, toIndex: number): NanosRange {
  const last = Math.max(0, steps.count - 1)
  const clamp = (index: number): number => Math.min(last, Math.max(0, Math.floor(index)))
  const low = clamp(Math.min(fromIndex, toIndex))
  const high = clamp(Math.max(fromIndex, toIndex))
  const start = BigInt(steps.startNanos)
  const step = BigInt(Math.round(steps.stepNanos))
  return { startNanos: start + BigInt(low) * step, endNanos: start + BigInt(high + 1) * step }
}

/** A range of unix milliseconds as nanoseconds, at least one millisecond wide, in either order. */
export function millisRange(fromMs: number, toMs: number): NanosRange {
  const low = Math.floor(Math.min(fromMs, toMs))
  const high = Math.max(low + 1, Math.ceil(Math.max(fromMs, toMs)))
  return { startNanos: BigInt(low) * 1_000_000n, endNanos: BigInt(high) * 1_000_000n }
}
