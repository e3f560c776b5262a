import type { LogRecord } from '@clew/contract/logs'

/** Records that arrived live, newest first, bounded; and those that wait while people read. */
export interface TailBuffer {
  readonly shown: readonly LogRecord[]
  readonly waiting: readonly LogRecord[]
  /** Records that matched but were left out by the server's rate or by a full buffer. */
  readonly skipped: number
  /** Records taken in so far; gives each a place of its own. */
  readonly count: number
  /** Arrivals of the last seconds, for the rate: unix milliseconds and number. */
  readonly arrivals: readonly { readonly atMs: number; readonly count: number }[]
}

/** Rows that the live list holds at most: older ones are in the store. */
export const TAIL_ROWS = 2000
const RATE_WINDOW_MS = 5000

export const EMPTY_TAIL: TailBuffer = { shown: [], waiting: [], skipped: 0, count: 0, arrivals: [] }

/** Takes in what arrived. While `paused` it waits, so that nothing moves under the eyes of people who read. */
export function receive(
  buffer: TailBuffer,
  logs: readonly LogRecord[],
  skipped: number,
  paused: boolean,
  nowMs: number,
): TailBuffer {
  // Ids of live records begin anew with every connection, so each gets one of its own here.
  const newest = logs
    .map((log, index) => ({ ...log, id: `live ${buffer.count + index}` }))
    .sort((a, b) => compareNanos(b.timeNanos, a.timeNanos))
  const arrivals = [...buffer.arrivals, { atMs: nowMs, count: logs.length + skipped }].filter(
    ({ atMs }) => nowMs - atMs < RATE_WINDOW_MS,
  )
  const all = [...newest, ...(paused ? buffer.waiting : buffer.shown)]
  // What falls off the end of the waiting list has not been seen: it counts as skipped. Shown rows were seen.
  const overflow = paused ? Math.max(0, all.length - TAIL_ROWS) : 0
  const kept = all.slice(0, TAIL_ROWS)
  return {
    shown: paused ? buffer.shown : kept,
    waiting: paused ? kept : [],
    skipped: buffer.skipped + skipped + overflow,
    count: buffer.count + logs.length,
    arrivals,
  }
}

/** Shows what waited. */
export function release(buffer: TailBuffer): TailBuffer {
  return { ...buffer, shown: [...buffer.waiting, ...buffer.shown].slice(0, TAIL_ROWS), waiting: [] }
}

/** Records a second over the last seconds, with those that were skipped. */
export function tailRate(buffer: TailBuffer, nowMs: number): number {
  const recent = buffer.arrivals.filter(({ atMs }) => nowMs - atMs < RATE_WINDOW_MS)
  const seconds = Math.max(1, (nowMs - (recent[0]?.atMs ?? nowMs)) / 1000)
  return recent.reduce((sum, { count }) => sum + count, 0) / seconds
}

function compareNanos(a: string, b: string): number {
  return a.length === b.length ? (a < b ? -1 : a > b ? 1 : 0) : a.length - b.length
}
