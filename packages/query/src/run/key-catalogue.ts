import type { Clock } from '@clew/base/clock'
import type { SearchSignal } from '@clew/lang/search/fields'
import { KEY_PLACES } from '@clew/store/promote/promoted-key'
import { sql } from '@clew/store/sql/sql'
import type { KnownLevel } from '../compile/search/attribute-sql.ts'
import type { FieldLevel } from '@clew/lang/search/ast'
import type { KeyLookup } from '../compile/search/compile-search.ts'
import type { KeysPort, QueryEngine } from '../ports.ts'

const FRESH_MS = 2_000
const MAX_KEYS = 1_000
/** A look into the catalogue reads a few thousand rows; more than this means that the engine is in trouble. */
const LIMITS = { maxExecutionMs: 10_000, maxBytesToRead: 2 ** 30 } as const

type KeyColumnsPort = Pick<KeysPort, 'usable' | 'noteUse'>

interface Entry {
  readonly loadedMs: number
  readonly levels: readonly KnownLevel[]
}

/**
 * At which levels and with which types a key occurs, from the store's catalogue, remembered for two seconds: a key that
 * is seen for the first time, or with a new type, counts after that time. It lets a search look only where it can match.
 */
export class KeyCatalogue implements KeyLookup {
  readonly #engine: QueryEngine
  readonly #keys: KeyColumnsPort
  readonly #clock: Clock
  readonly #entries = new Map<string, Entry>()

  constructor(engine: QueryEngine, keys: KeyColumnsPort, clock: Clock) {
    this.#engine = engine
    this.#keys = keys
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
    if (entry.levels.length === 0) return undefined
    const usable = this.#keys.usable().filter((each) => each.key === key && KEY_PLACES[each.level].signal === signal)
    if (usable.length === 0) return entry.levels
    return entry.levels.map((level) => ({ ...level, columns: usable.find((each) => each.level === level.level) }))
  }

  /** Whether searches read the key from a column that it was given. */
  hasColumn(level: string, key: string): boolean {
    return this.#keys.usable().some((each) => each.level === level && each.key === key)
  }

  noteFilter(signal: SearchSignal, key: string, level: FieldLevel | 'any'): void {
    this.#note(signal, key, level, 'filter')
  }

  /** Says that a question groups by a key. */
  noteGroup(signal: SearchSignal, key: string, level: FieldLevel | 'any'): void {
    this.#note(signal, key, level, 'group')
  }

  /** Keys that the catalogue does not know are not counted: nobody could promote them. */
  #note(signal: SearchSignal, key: string, asked: FieldLevel | 'any', how: 'filter' | 'group'): void {
    for (const { level, types } of this.#entries.get(`${signal} ${key}`)?.levels ?? []) {
      if (asked !== 'any' && asked !== level) continue
      for (const type of types) this.#keys.noteUse({ signal, level, key, type, how })
    }
  }

  async #load(signal: SearchSignal, key: string): Promise<KnownLevel[]> {
    const { rows } = await this.#engine.query<{ level: string; types: string[] }>(
      sql`
      SELECT Level AS level, groupUniqArray(toString(Type)) AS types
      FROM attribute_keys WHERE Signal = ${signal} AND Key = ${key} GROUP BY Level`,
      LIMITS,
    )
    return rows.map((row) => ({ level: row.level, types: new Set(row.types) }))
  }
}
