const TWO_POW_32 = 0x1_0000_0000
const float64 = new Float64Array(1)
const floatWords = new Uint32Array(float64.buffer)

/** A 64-bit value in two unsigned words, as the functions here leave it: valid until the next call. */
export const words: { low: number; high: number } = { low: 0, high: 0 }

/** Splits a double into its words. */
export function splitDouble(value: number): void {
  float64[0] = value
  words.low = floatWords[0]!
  words.high = floatWords[1]!
}

/** The last second that was split: most times lie in the same one as the time before. */
let lastSeconds = 0
let lastLow = 0
let lastHigh = 0

/** Splits a time into the words of its nanoseconds since 1970. */
export function splitNanos(seconds: number, nanos: number): void {
  if (seconds !== lastSeconds) splitSeconds(seconds)
  const low = lastLow + nanos
  words.low = low >>> 0
  // Programs may give any number of nanoseconds.
  words.high = low >= 0 && low < TWO_POW_32 ? lastHigh : lastHigh + Math.floor(low / TWO_POW_32)
}

function splitSeconds(seconds: number): void {
  // seconds · 10⁹ is beyond what a double holds exactly; in two parts of 16 and more bits it is not.
  const upper = Math.floor(seconds / 0x10000) * 1e9
  const lower = (upper % 0x10000) * 0x10000 + (seconds % 0x10000) * 1e9
  lastSeconds = seconds
  lastLow = lower >>> 0
  lastHigh = Math.floor(upper / 0x10000) + Math.floor(lower / TWO_POW_32)
}

/** Splits a whole number of the range of int64 into the words of its two's complement. */
export function splitInteger(value: number): void {
  words.low = value >>> 0
  words.high = Math.floor(value / TWO_POW_32) >>> 0
}

/** How many bytes a length takes as a varint. */
export function varintBytes(value: number): number {
  if (value < 0x80) return 1
  if (value < 0x4000) return 2
  if (value < 0x200000) return 3
  return value < 0x10000000 ? 4 : 5
}
