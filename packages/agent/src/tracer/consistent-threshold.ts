import { createTraceState, type TraceState } from '@opentelemetry/api'

const TWO_POW_56 = 1n << 56n
const HEX_DIGITS = 14
/** Digits kept after leading f's: a share is right to about 1 in 65,536, and the header stays short. */
const PRECISION_DIGITS = 4

/** The 56-bit rejection threshold of a sampling share: traces whose randomness is not below it are kept. */
export interface Threshold {
  /** Upper 24 and lower 32 bits. */
  readonly high: number
  readonly low: number
  /** As in `ot=th:…` of the tracestate: hex without trailing zeros. */
  readonly text: string
  readonly traceState: TraceState
}

/** The threshold that keeps this share of all traces (0 < share <= 1). OpenTelemetry, TraceState: probability sampling. */
export function thresholdOf(share: number): Threshold {
  const exact = BigInt(Math.round((1 - Math.min(1, share)) * 2 ** 56))
  const leading = /^f*/.exec(exact.toString(16).padStart(HEX_DIGITS, '0'))?.[0].length ?? 0
  const dropBits = BigInt(4 * Math.max(0, HEX_DIGITS - PRECISION_DIGITS - leading))
  let value = dropBits === 0n ? exact : ((exact + (1n << (dropBits - 1n))) >> dropBits) << dropBits
  if (value >= TWO_POW_56) value = TWO_POW_56 - 1n
  const text = value.toString(16).padStart(HEX_DIGITS, '0').replace(/0+$/, '') || '0'
  return {
    high: Number(value >> 32n),
    low: Number(value & 0xffffffffn),
    text,
    traceState: createTraceState(`ot=th:${text}`),
  }
}

/** The threshold (`th`) of a tracestate as upper 24 and lower 32 bits; undefined when there is none, or no valid one. */
export function readThreshold(traceState: TraceState | undefined): { high: number; low: number } | undefined {
  const digits = /(?:^|;)th:([0-9a-f]{1,14})(?:;|$)/.exec(traceState?.get('ot') ?? '')?.[1]
  if (digits === undefined) return undefined
  const whole = digits.padEnd(HEX_DIGITS, '0')
  return { high: Number.parseInt(whole.slice(0, 6), 16), low: Number.parseInt(whole.slice(6), 16) }
}

/** Whether a threshold keeps more than another: it is the lower one. */
export function isBelow(a: { high: number; low: number }, b: { high: number; low: number }): boolean {
  return a.high < b.high || (a.high === b.high && a.low < b.low)
}

/** The explicit randomness (`rv`, 14 hex digits) of a tracestate as upper 24 and lower 32 bits. */
export function explicitRandomness(traceState: TraceState | undefined): { high: number; low: number } | undefined {
  const value = /(?:^|;)rv:([0-9a-f]{14})(?:;|$)/.exec(traceState?.get('ot') ?? '')?.[1]
  if (value === undefined) return undefined
  return { high: Number.parseInt(value.slice(0, 6), 16), low: Number.parseInt(value.slice(6), 16) }
}

/** The tracestate with another threshold, or none; whatever else stands in its `ot` member stays. */
export function withThreshold(
  traceState: TraceState | undefined,
  threshold: Threshold | undefined,
): TraceState | undefined {
  const present = traceState?.get('ot')
  if (traceState === undefined || (present === undefined && threshold === undefined)) return threshold?.traceState
  const others = (present ?? '').split(';').filter((part) => part !== '' && !part.startsWith('th:'))
  const parts = threshold === undefined ? others : [`th:${threshold.text}`, ...others]
  return parts.length === 0 ? traceState.unset('ot') : traceState.set('ot', parts.join(';'))
}
