import type { Red } from '@clew/contract/services'

/** What rows with rate, errors and durations can be sorted by. `time` is calls times median: where the time goes. */
export type RedSort = 'name' | 'rate' | 'errors' | 'p50' | 'p95' | 'p99' | 'time' | 'seen'

interface RedRow {
  readonly name: string
  readonly red: Red
  readonly lastSeenNanos?: string
}

/** Sorted copy; rows without a value come last in both directions, equal rows by name. */
export function sortRed<Row extends RedRow>(rows: readonly Row[], sort: RedSort, descending: boolean): Row[] {
  const direction = descending ? -1 : 1
  return [...rows].sort((a, b) => {
    const byName = a.name.localeCompare(b.name)
    if (sort === 'name') return byName * direction
    const left = valueOf(a, sort)
    const right = valueOf(b, sort)
    if (left === null || right === null) return left === right ? byName : left === null ? 1 : -1
    return left === right ? byName : (left - right) * direction
  })
}

function valueOf(row: RedRow, sort: Exclude<RedSort, 'name'>): number | null {
  switch (sort) {
    case 'rate':
      return row.red.callsPerSecond
    case 'errors':
      return row.red.errorRatio
    case 'p50':
      return row.red.p50Nanos
    case 'p95':
      return row.red.p95Nanos
    case 'p99':
      return row.red.p99Nanos
    case 'time':
      return totalNanos(row.red)
    case 'seen':
      return row.lastSeenNanos === undefined ? null : Number(row.lastSeenNanos)
    default:
      return null
  }
}

/** About how long all calls together took: calls times the median. */
export function totalNanos(red: Red): number | null {
  return red.p50Nanos === null ? null : red.calls * red.p50Nanos
}
