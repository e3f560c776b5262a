/** Whether there is an id at this offset (-1: none) that is not all zeros. */
export function hasId(source: Uint8Array, at: number, width: number): boolean {
  if (at < 0) return false
  for (let i = at; i < at + width; i++) if (source[i] !== 0) return true
  return false
}
