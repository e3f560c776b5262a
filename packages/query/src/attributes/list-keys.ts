import type { Clock } from '@clew/base/clock'
import { ATTRIBUTE_LEVELS, type AttributeLevel, type QueryMeta } from '@clew/contract/common'
import type { OutputOf, ParsedInputOf } from '@clew/contract/endpoint'
import type { KeyRow, KeySort, listKeys } from '@clew/contract/keys'
import { hasBuiltInColumn } from '@clew/store/schema/promoted'
import { sql } from '@clew/store/sql/sql'
import type { KeysPort } from '../ports.ts'
import type { Question } from '../run/question.ts'
import { readColumnSizes } from './column-sizes.ts'
import { type KeyCost, keyCosts } from './key-costs.ts'
import { sampleKeys } from './key-sample.ts'

/** Keys that the table knows at most, and of them per level those that are sampled: the ones with most bytes. */
const MAX_KEYS = 10_000
const MAX_SAMPLED = 1_000
const FRESH_MS = 60_000

type Signal = KeyRow['signal']
type Account = Omit<KeyRow, 'state' | 'filled' | 'forced' | 'compressed' | 'distinct'>

interface Costs {
  readonly loadedMs: number
  /** By level and key. */
  readonly costs: ReadonlyMap<string, KeyCost>
  readonly incomplete: QueryMeta['incomplete']
}

/** The table of keys. Its sample is taken again when it is older than a minute and somebody asks. */
export class KeyTable {
  readonly #keys: KeysPort
  readonly #clock: Clock
  #costs: Costs | undefined

  constructor(keys: KeysPort, clock: Clock) {
    this.#keys = keys
    this.#clock = clock
  }

  async answer(input: ParsedInputOf<typeof listKeys>, question: Question): Promise<OutputOf<typeof listKeys>> {
    await this.#keys.flushUses()
    const accounts = await readAccounts(question)
    const { costs, incomplete } = await this.#costsOf(accounts, question)
    for (const { reason, detail } of incomplete) question.incomplete(reason, detail)
    const wanted = input.find.toLowerCase()
    const rows = accounts
      .filter((row) => input.signal === undefined || row.signal === input.signal)
      .filter((row) => input.level === undefined || row.level === input.level)
      .filter((row) => row.key.toLowerCase().includes(wanted))
      .map((row): KeyRow => {
        const cost = costs.get(`${row.level} ${row.key}`)
        return { ...row, compressed: cost?.compressed ?? null, distinct: cost?.distinct ?? null, ...this.#stateOf(row) }
      })
      .sort(comparing(input.sort, input.order === 'desc'))
    if (rows.length > input.limit)
      question.incomplete('limit', `there are ${rows.length} keys, ${input.limit} are shown`)
    return {
      keys: rows.slice(0, input.limit),
      total: rows.length,
      promoted: this.#keys.promoted().length,
      maxPromoted: this.#keys.maxKeys,
      trouble: this.#keys.trouble ?? null,
      meta: question.meta(),
    }
  }

  #stateOf({ signal, level, key }: Account): Pick<KeyRow, 'state' | 'filled' | 'forced'> {
    const forced = this.#keys.forced().get(`${level}\0${key}`) ?? null
    const none = (state: KeyRow['state']): Pick<KeyRow, 'state' | 'filled' | 'forced'> => ({
      state,
      filled: null,
      forced,
    })
    if (signal === 'metrics' || level === 'resource' || level === 'scope') return none('interned')
    if (hasBuiltInColumn(level, key)) return none('built-in')
    const is = (each: { readonly level: string; readonly key: string }): boolean =>
      each.level === level && each.key === key
    const promoted = this.#keys.promoted().find(is)
    if (promoted === undefined) return none(this.#keys.retiring().some(is) ? 'retiring' : 'map')
    const coverage = this.#keys.coverage(promoted)
    const filled =
      coverage === undefined || coverage.totalRows === 0 ? 1 : 1 - coverage.rowsWithout / coverage.totalRows
    return { state: this.#keys.usable().some(is) ? 'promoted' : 'filling', filled, forced }
  }

  async #costsOf(accounts: readonly Account[], question: Question): Promise<Costs> {
    const known = this.#costs
    const nowMs = this.#clock.monotonicMillis()
    if (known !== undefined && nowMs - known.loadedMs < FRESH_MS) return known
    const before = question.meta().incomplete.length
    const sizes = await readColumnSizes(question)
    const costs = new Map<string, KeyCost>()
    for (const level of ATTRIBUTE_LEVELS) {
      const keys = accounts.filter((row) => row.level === level)
      if (keys.length === 0) continue
      const biggest = keys.toSorted((a, b) => b.bytes - a.bytes).slice(0, MAX_SAMPLED)
      if (biggest.length < keys.length)
        question.incomplete('limit', `the ${MAX_SAMPLED} biggest keys of level ${level} are sampled`)
      const sample = await sampleKeys(level, [...new Set(biggest.map((row) => row.key))], question)
      const columnOf = (key: string) => this.#keys.promoted().find((each) => each.level === level && each.key === key)
      for (const [key, cost] of keyCosts({ level, keys, sample, sizes, columnOf })) costs.set(`${level} ${key}`, cost)
    }
    this.#costs = { loadedMs: nowMs, costs, incomplete: question.meta().incomplete.slice(before) }
    return this.#costs
  }
}

interface AccountRow {
  readonly signal: Signal
  readonly level: AttributeLevel
  readonly key: string
  readonly types: readonly (readonly [string, string, string])[]
  readonly occurrences: string
  readonly size: string
  readonly firstSeen: string
  readonly lastSeen: string
  readonly filters: string
  readonly groups: string
  readonly lastUsedMillis: string
}

async function readAccounts(question: Question): Promise<Account[]> {
  const { rows } = await question.run<AccountRow>(
    sql`SELECT toString(Signal) AS signal, toString(Level) AS level, Key AS key,
  arrayReverseSort(t -> t.2, groupArray((toString(Type), n, typeBytes))) AS types, sum(n) AS occurrences, sum(typeBytes) AS size,
  min(first) AS firstSeen, max(last) AS lastSeen, any(used.filters) AS filters, any(used.groups) AS groups,
  any(used.lastUsed) AS lastUsedMillis
FROM (SELECT Signal, Level, Key, Type, sum(Count) AS n, sum(Bytes) AS typeBytes, min(FirstSeenNanos) AS first,
    max(LastSeenNanos) AS last
  FROM attribute_keys GROUP BY Signal, Level, Key, Type) AS catalogue
LEFT JOIN (SELECT Signal, Level, Key, max(typeFilters) AS filters, max(typeGroups) AS groups, max(typeLast) AS lastUsed
  FROM (SELECT Signal, Level, Key, Type, sum(Filters) AS typeFilters, sum(Groups) AS typeGroups, max(LastUsedMillis) AS typeLast
    FROM attribute_usage GROUP BY Signal, Level, Key, Type)
  GROUP BY Signal, Level, Key) AS used
ON catalogue.Signal = used.Signal AND catalogue.Level = used.Level AND catalogue.Key = used.Key
GROUP BY signal, level, key ORDER BY size DESC, key LIMIT ${MAX_KEYS + 1}`,
    { shown: true },
  )
  if (rows.length > MAX_KEYS) question.incomplete('limit', `there are more than ${MAX_KEYS} keys`)
  return rows.slice(0, MAX_KEYS).map((row) => ({
    signal: row.signal,
    level: row.level,
    key: row.key,
    types: row.types.map(([type, count, bytes]) => ({ type, count: Number(count), bytes: Number(bytes) })),
    count: Number(row.occurrences),
    bytes: Number(row.size),
    filters: Number(row.filters),
    groups: Number(row.groups),
    lastUsedNanos: row.lastUsedMillis === '0' ? null : `${row.lastUsedMillis}000000`,
    firstSeenNanos: row.firstSeen,
    lastSeenNanos: row.lastSeen,
  }))
}

/** Rows without a value come last in both directions, equal ones by key. */
function comparing(sort: KeySort, descending: boolean): (a: KeyRow, b: KeyRow) => number {
  const direction = descending ? -1 : 1
  const byKey = (a: KeyRow, b: KeyRow): number => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)
  return (a, b) => {
    if (sort === 'key') return byKey(a, b) * direction
    const left = sortValue(a, sort)
    const right = sortValue(b, sort)
    if (left === null || right === null) return left === right ? byKey(a, b) : left === null ? 1 : -1
    return left === right ? byKey(a, b) : (left - right) * direction
  }
}

function sortValue(row: KeyRow, sort: Exclude<KeySort, 'key'>): number | null {
  switch (sort) {
    case 'bytes':
      return row.bytes
    case 'compressed':
      return row.compressed?.bytes ?? null
    case 'distinct':
      return row.distinct?.value ?? null
    case 'count':
      return row.count
    case 'uses':
      return row.filters + row.groups
    case 'used':
      return row.lastUsedNanos === null ? null : Number(row.lastUsedNanos)
  }
}
