import type { TimeNote } from '@clew/contract/traces'

/** What a batch waits in a sender that is well. Later than this is worth a note. */
const LATE_NANOS = 15n * 60_000_000_000n
/** Clocks that are set by the network agree to much less. */
const AHEAD_NANOS = 60_000_000_000n

/**
 * What is odd about the times of a trace, held against the time its newest span was received: it lies in the future, or it
 * arrived long after it was over. Null when nothing is, or when it is not known when it arrived.
 */
export function timeNote(startNanos: bigint, endNanos: bigint, lastArrivalNanos: bigint | undefined): TimeNote | null {
  if (lastArrivalNanos === undefined) return null
  const ahead = startNanos - lastArrivalNanos
  if (ahead > AHEAD_NANOS) return { kind: 'ahead', byNanos: ahead.toString() }
  const late = lastArrivalNanos - endNanos
  return late > LATE_NANOS ? { kind: 'late', byNanos: late.toString() } : null
}
