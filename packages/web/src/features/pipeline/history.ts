import type { Pipeline } from '@clew/contract/pipeline'
import { SIGNALS, type Signal, type Term } from './balance.ts'

/** Snapshots of the last while, oldest first: rates come from their differences. */
export type PipelineHistory = readonly Pipeline[]

/** A minute and a half at one snapshot a second. */
export const HISTORY_SNAPSHOTS = 90
const RATE_SNAPSHOTS = 5

/** With one more snapshot. A restarted server (its uptime fell) starts the history anew. */
export function remember(history: PipelineHistory, snapshot: Pipeline): PipelineHistory {
  const last = history.at(-1)
  if (last === undefined) return [snapshot]
  if (last.timeNanos === snapshot.timeNanos) return history
  if (snapshot.process.uptimeMs < last.process.uptimeMs) return [snapshot]
  return [...history, snapshot].slice(-HISTORY_SNAPSHOTS)
}

/** Items a second over the last few seconds; null before there are two snapshots. */
export function recentRate(history: PipelineHistory, count: (snapshot: Pipeline) => number): number | null {
  const recent = history.slice(-RATE_SNAPSHOTS)
  const [first] = recent
  const last = recent.at(-1)
  return first === undefined || last === undefined ? null : rateBetween(first, last, count)
}

/** Items a second between each two neighbours. */
export function ratesOverTime(history: PipelineHistory, count: (snapshot: Pipeline) => number): (number | null)[] {
  return history.slice(1).map((snapshot, index) => rateBetween(history[index] ?? snapshot, snapshot, count))
}

/** The count of a term in a snapshot. */
export function termCount(term: Term, signal: Signal | 'all'): (snapshot: Pipeline) => number {
  return ({ totals }) =>
    signal === 'all' ? SIGNALS.reduce((sum, one) => sum + totals[term][one], 0) : totals[term][signal]
}

/** What went over the edge between two nodes, by signal or in all. */
export function edgeCount(source: string, target: string, signal: Signal | 'all'): (snapshot: Pipeline) => number {
  return ({ edges }) => {
    const edge = edges.find((one) => one.source === source && one.target === target)
    if (edge === undefined) return 0
    return signal === 'all' ? SIGNALS.reduce((sum, one) => sum + edge.items[one], 0) : edge.items[signal]
  }
}

function rateBetween(first: Pipeline, last: Pipeline, count: (snapshot: Pipeline) => number): number | null {
  const seconds = Number(BigInt(last.timeNanos) - BigInt(first.timeNanos)) / 1e9
  return seconds > 0 ? Math.max(0, count(last) - count(first)) / seconds : null
}
