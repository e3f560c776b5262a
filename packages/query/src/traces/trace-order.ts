import { sql, uint64Parameter, int64Parameter, fixedParameter, type Sql } from '@clew/store/sql/sql'
import type { TRACE_SORTS } from '@clew/contract/traces'

export type TraceSort = (typeof TRACE_SORTS)[number]

/** Place of a trace in a result: what it is sorted by (ns), then its id in lower-case hex. */
export interface TracePlace {
  readonly key: bigint
  readonly traceId: string
}

/** Rising sorts put small keys first. */
export function isRising(sort: TraceSort): boolean {
  return sort === 'oldest' || sort === 'shortest'
}

/** "(key, TraceId) comes after `place` in this order", over expressions of the given key. */
export function isAfter(sort: TraceSort, key: Sql, place: TracePlace): Sql {
  const at = sort === 'newest' || sort === 'oldest' ? uint64Parameter(place.key) : int64Parameter(place.key)
  const id = fixedParameter(Buffer.from(place.traceId, 'hex'), 16)
  return isRising(sort)
    ? sql`${key} >= ${at} AND (${key} > ${at} OR TraceId > ${id})`
    : sql`${key} <= ${at} AND (${key} < ${at} OR TraceId < ${id})`
}

export function direction(sort: TraceSort): Sql {
  return isRising(sort) ? sql`ASC` : sql`DESC`
}
