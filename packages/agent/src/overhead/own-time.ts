import { performance } from 'node:perf_hooks'

/**
 * One in so many pieces of work is timed: reading the clock twice each time would cost more than many of them. Odd, because
 * pieces come in pairs.
 */
const ONE_IN = 17

const UNTIMED = -1
const INSIDE = -2

let turn = 0
let ownMs = 0
let longestMs = 0
let working = false

/**
 * Starts a piece of the agent's own work on a request or span. What it gives must be handed to `workEnded`, also after
 * an error. A piece inside of another one counts as part of that.
 */
export function workBegins(): number {
  if (working) return INSIDE
  working = true
  turn = (turn + 1) % ONE_IN
  return turn === 0 ? performance.now() : UNTIMED
}

/** Ends it; one that was timed counts for those that were not, too. */
export function workEnded(beganMs: number): void {
  if (beganMs === INSIDE) return
  working = false
  if (beganMs === UNTIMED) return
  const tookMs = performance.now() - beganMs
  ownMs += tookMs * ONE_IN
  if (tookMs > longestMs) longestMs = tookMs
}

/** Runs work that is long enough to be timed each time, such as putting a request together. */
export function timed<T>(work: () => T): T {
  const beganMs = performance.now()
  try {
    return work()
  } finally {
    const tookMs = performance.now() - beganMs
    ownMs += tookMs
    if (tookMs > longestMs) longestMs = tookMs
  }
}

/** What the agent has spent on the program's thread so far, estimated, and its longest single piece since last asked. */
export function ownTime(): { readonly totalMs: number; readonly longestMs: number } {
  const answer = { totalMs: ownMs, longestMs }
  longestMs = 0
  return answer
}
