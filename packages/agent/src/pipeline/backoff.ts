const MAX_BACKOFF_MS = 5_000

/** Half a second, doubled each time, up to five; a tenth more or less, so that a fleet does not come back at once. */
export function backoffMs(attempts: number): number {
  return Math.min(500 * 2 ** attempts, MAX_BACKOFF_MS) * (0.9 + Math.random() * 0.2)
}
