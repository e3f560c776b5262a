/** 2^56: randomness and thresholds are 56-bit numbers (OpenTelemetry, TraceState: probability sampling). */
export const MAX_THRESHOLD: bigint = 1n << 56n

/**
 * The rejection threshold of a probability (0 < p ≤ 1), rounded to `precision` hex digits after the leading `f`s that a
 * small probability begins with.
 */
export function thresholdOf(probability: number, precision: number): bigint {
  if (probability >= 1) return 0n
  const exact = MAX_THRESHOLD - BigInt(Math.round(probability * 2 ** 56))
  const digits = exact.toString(16).padStart(14, '0')
  const leading = /^f*/.exec(digits)?.[0].length ?? 0
  const kept = Math.min(14, leading + precision)
  const unit = 1n << BigInt((14 - kept) * 4)
  const rounded = ((exact + unit / 2n) / unit) * unit
  return rounded >= MAX_THRESHOLD ? exact : rounded
}

/** The probability that a threshold stands for. */
export function probabilityOf(threshold: bigint): number {
  return Number(MAX_THRESHOLD - threshold) / 2 ** 56
}

/** `th` as text: hex without trailing zeros; 0 is `0`. */
export function formatThreshold(threshold: bigint): string {
  return threshold.toString(16).padStart(14, '0').replace(/0+$/, '') || '0'
}

/** The last 56 bits of a trace id given as 32 hex digits. */
export function randomnessOfTraceId(traceIdHex: string): bigint {
  return BigInt(`0x${traceIdHex.slice(18)}`)
}
