const float64 = new Float64Array(1)
const halves = new Uint32Array(float64.buffer)
const bigints = new BigInt64Array(float64.buffer)
const unsignedBigints = new BigUint64Array(float64.buffer)

/** Little-endian unsigned 32 bits at `pos`. */
export function uint32At(source: Uint8Array, pos: number): number {
  return (source[pos]! | (source[pos + 1]! << 8) | (source[pos + 2]! << 16) | (source[pos + 3]! << 24)) >>> 0
}

/** The double whose little-endian bytes stand at `pos`, NaN payloads kept as the platform keeps them. */
export function doubleAt(source: Uint8Array, pos: number): number {
  halves[0] = uint32At(source, pos)
  halves[1] = uint32At(source, pos + 4)
  return float64[0]!
}

/** Puts two unsigned halves together as an unsigned 64-bit integer. */
export function uint64Of(low: number, high: number): bigint {
  halves[0] = low
  halves[1] = high
  return unsignedBigints[0]!
}

/** Puts two unsigned halves together as a signed 64-bit integer. */
export function int64Of(low: number, high: number): bigint {
  halves[0] = low
  halves[1] = high
  return bigints[0]!
}

/** Unsigned 64 bits at `pos`. */
export function uint64At(source: Uint8Array, pos: number): bigint {
  return uint64Of(uint32At(source, pos), uint32At(source, pos + 4))
}

/** Signed 64 bits at `pos`. */
export function int64At(source: Uint8Array, pos: number): bigint {
  return int64Of(uint32At(source, pos), uint32At(source, pos + 4))
}

/** Splits a double into its halves: `[low, high]` are written to `target` at `pos`, little-endian. */
export function writeDouble(target: Uint8Array, pos: number, value: number): void {
  float64[0] = value
  writeUint32(target, pos, halves[0]!)
  writeUint32(target, pos + 4, halves[1]!)
}

/** Writes the low 64 bits of a signed or unsigned integer, little-endian. */
export function writeUint64(target: Uint8Array, pos: number, value: bigint): void {
  bigints[0] = value
  writeUint32(target, pos, halves[0]!)
  writeUint32(target, pos + 4, halves[1]!)
}

/** Writes 32 bits, little-endian. */
export function writeUint32(target: Uint8Array, pos: number, value: number): void {
  target[pos] = value
  target[pos + 1] = value >>> 8
  target[pos + 2] = value >>> 16
  target[pos + 3] = value >>> 24
}

/** Undoes the zigzag form of sint32. */
export function zigzag32(value: number): number {
  return (value >>> 1) ^ -(value & 1)
}
