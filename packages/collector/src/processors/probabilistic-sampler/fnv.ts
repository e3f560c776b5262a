/** FNV-1a, 32 bits, over the seed (four bytes, lowest first) and then the bytes. */
export function fnv1a32(seed: number, bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  let hash = 0x811c9dc5
  for (let shift = 0; shift < 32; shift += 8) hash = Math.imul(hash ^ ((seed >>> shift) & 0xff), 0x01000193)
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193)
  return hash >>> 0
}
