import { randomUUID } from 'node:crypto'
import type { Clock } from '@clew/base/clock'
import type { Driver } from '../driver/driver.ts'
import { sql, textsParameter, uint64sParameter } from '../sql/sql.ts'
import { dayOfMillis } from '../write/day.ts'

/** Somebody asked for a key. */
export interface KeyUse {
  readonly signal: string
  readonly level: string
  readonly key: string
  /** Type it has there, as in `attribute_keys`. */
  readonly type: string
  readonly how: 'filter' | 'group'
}

interface Count {
  readonly use: KeyUse
  filters: number
  groups: number
  lastMillis: number
}

/** Keys counted between two flushes; more are not counted (and that is counted). */
const MAX_KEYS = 2_000

/** Counts uses in memory and adds them to `attribute_usage` now and then. */
export class UsageCounter {
  /** Uses that found no room. */
  notCounted = 0
  readonly #clock: Clock
  #counts = new Map<string, Count>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  note(use: KeyUse): void {
    const id = [use.signal, use.level, use.type, use.key].join('\0')
    let count = this.#counts.get(id)
    if (count === undefined) {
      if (this.#counts.size >= MAX_KEYS) {
        this.notCounted++
        return
      }
      count = { use, filters: 0, groups: 0, lastMillis: 0 }
      this.#counts.set(id, count)
    }
    if (use.how === 'filter') count.filters++
    else count.groups++
    count.lastMillis = this.#clock.unixMillis()
  }

  /** Writes what was counted. When that fails it stays for the next time. */
  async flush(driver: Pick<Driver, 'command'>): Promise<void> {
    const counts = this.#counts
    if (counts.size === 0) return
    this.#counts = new Map()
    const rows = [...counts.values()]
    const day = dayOfMillis(this.#clock.unixMillis())
    try {
      await driver.command(
        sql`INSERT INTO attribute_usage (Day, Signal, Level, Key, Type, Filters, Groups, LastUsedMillis)
SELECT toDate(${day}), r.1, r.2, r.3, r.4, r.5, r.6, r.7 FROM (SELECT arrayJoin(arrayZip(
  ${textsParameter(rows.map(({ use }) => use.signal))}, ${textsParameter(rows.map(({ use }) => use.level))},
  ${textsParameter(rows.map(({ use }) => use.key))}, ${textsParameter(rows.map(({ use }) => use.type))},
  ${uint64sParameter(rows.map(({ filters }) => filters))}, ${uint64sParameter(rows.map(({ groups }) => groups))},
  ${uint64sParameter(rows.map(({ lastMillis }) => lastMillis))})) AS r)`,
        // Two flushes with equal counts are two flushes, and one that is answered late is one.
        {
          insert_deduplicate: 1,
          deduplicate_insert_select: 'force_enable',
          insert_deduplication_token: `usage/${randomUUID()}`,
          max_threads: 1,
        },
      )
    } catch (error) {
      this.#takeBack(counts)
      throw error
    }
  }

  #takeBack(counts: Map<string, Count>): void {
    for (const [id, count] of counts) {
      const newer = this.#counts.get(id)
      if (newer === undefined) {
        if (this.#counts.size < MAX_KEYS) this.#counts.set(id, count)
        else this.notCounted += count.filters + count.groups
        continue
      }
      newer.filters += count.filters
      newer.groups += count.groups
    }
  }
}
