import type { Clock } from '@clew/base/clock'
import type { SearchSignal } from '@clew/lang/search/fields'
import { sql } from '@clew/store/sql/sql'
import type { KnownLevel } from '../compile/search/attribute-sql.ts'
import type { QueryEngine } from '../ports.ts'

const FRESH_MS = 2_000
const MAX_KEYS = 1_000
/** A look into the catalogue reads a few thousand rows; more than this means that the engine is in trouble. */
const LIMITS = { maxExecutionMs: 10_000, maxBytesToRead: 2 ** 30 } as const

interface Entry {
  readonly loadedMs: number
  readonly levels: readonly KnownLevel[]
}

/**
 * At which levels and with which types a key occurs, from the store's catalogue, remembered for two seconds: a key that
 * is seen for the first time, or with a new type, counts after that time. It lets a search look only where it can match.
 */
export class KeyCatalogue {
  readonly #engine: QueryEngine
  readonly #clock: Clock
  readonly #entries = new Map<string, Entry>()

  constructor(engine: QueryEngine, clock: Clock) {
    this.#engine = engine
    this.#clock = clock
  }

  /** Undefined when the catalogue does not know the key. */
  async levels(signal: SearchSignal, key: string): Promise<readonly KnownLevel[] | undefined> {
    const id = `${signal} ${key}`
    const nowMs = this.#clock.monotonicMillis()
    let entry = this.#entries.get(id)
    if (entry === undefined || nowMs - entry.loadedMs > FRESH_MS) {
      entry = { loadedMs: nowMs, levels: await this.#load(signal, key) }
      this.#entries.delete(id)
      this.#entries.set(id, entry)
      if (this.#entries.size > MAX_KEYS) this.#entries.delete(this.#entries.keys().next().value as string)
    }
    return entry.levels.length === 0 ? undefined : entry.levels
  }

  async #load(signal: SearchSignal, key: string): Promise<KnownLevel[]> {
    const { rows } = await this.#engine.query<{ level: string; types: string[] }>(sql`
      SELECT Level AS level, groupUniqArray(toString(Type)) AS types
      FROM attribute_keys WHERE Signal = ${signal} AND Key = ${key} GROUP BY Level`, LIMITS)
    return rows.map((row) => ({ level: row.level, types: new Set(row.types) }))
  }
}
