/**
 * The value that `share` of the values do not exceed (nearest rank); 1 when there are none. Bars drawn against it stay
 * readable when one value dwarfs the rest.
 */
export function highQuantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 1
}
