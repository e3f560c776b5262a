import type { KeyForm, PromotableLevel, PromotedKey } from './promoted-key.ts'
import { KEY_PLACES } from './promoted-key.ts'

/** When a key is hot enough for a column, and when it loses it. */
export interface PromotionPolicy {
  /** Promoted keys per table. */
  readonly maxKeys: number
  /** Uses within the days that count. */
  readonly minUses: number
  /** Rows a table needs before a column is worth it: below, the map is fast enough. */
  readonly minRows: number
  /** A key that nobody asked for so long loses its column. */
  readonly coldMs: number
  /** A column is not given to another key sooner. */
  readonly minAgeMs: number
  /** Mean size of values beyond which the job makes no column by itself. */
  readonly maxValueBytes: number
}

/** What is known of a key that was asked for. */
export interface KeyHeat {
  readonly level: PromotableLevel
  readonly key: string
  /** Recent uses. */
  readonly uses: number
  readonly lastUsedMillis: number
}

/** What people decided. */
export type Forced = 'promote' | 'demote'

export interface PolicyInput {
  readonly nowMillis: number
  readonly heat: readonly KeyHeat[]
  readonly promoted: readonly PromotedKey[]
  /** By level and key (see `keyId`). */
  readonly forced: ReadonlyMap<string, Forced>
  readonly rowsOfTable: Readonly<Record<'spans' | 'logs', number>>
}

export type PolicyAction =
  | { readonly action: 'promote'; readonly level: PromotableLevel; readonly key: string; readonly reason: string }
  | { readonly action: 'demote'; readonly level: PromotableLevel; readonly key: string; readonly reason: string }

/** A challenger must be asked for so many times as often as the key whose column it takes. */
const LEAD = 2

/** Identity of a key on a level. */
export function keyId(level: string, key: string): string {
  return `${level}\0${key}`
}

/** What to change now: at most one step per table, so that a burst of odd searches does not turn the schema over. */
export function decide(input: PolicyInput, policy: PromotionPolicy): PolicyAction[] {
  return (['spans', 'logs'] as const).flatMap((table) => decideTable(table, input, policy) ?? [])
}

function decideTable(table: 'spans' | 'logs', input: PolicyInput, policy: PromotionPolicy): PolicyAction | undefined {
  const { nowMillis, forced } = input
  const heatOf = new Map(input.heat.map((heat) => [keyId(heat.level, heat.key), heat]))
  const here = input.promoted.filter(
    (key) => KEY_PLACES[key.level].table === table && key.retiringSinceMillis === undefined,
  )
  const unwanted = here.find((key) => forced.get(keyId(key.level, key.key)) === 'demote')
  if (unwanted !== undefined) return demote(unwanted, 'asked for by a person')

  const free = here.filter((key) => forced.get(keyId(key.level, key.key)) !== 'promote')
  const usesOf = (key: PromotedKey): number => heatOf.get(keyId(key.level, key.key))?.uses ?? 0
  const lastOf = (key: PromotedKey): number =>
    Math.max(key.sinceMillis, heatOf.get(keyId(key.level, key.key))?.lastUsedMillis ?? 0)
  const coldest = free.toSorted((a, b) => usesOf(a) - usesOf(b) || lastOf(a) - lastOf(b))[0]
  if (coldest !== undefined && here.length > policy.maxKeys)
    return demote(coldest, `more than ${policy.maxKeys} keys have columns, and this one is used least`)
  const cold = free.find((key) => nowMillis - lastOf(key) > policy.coldMs)
  if (cold !== undefined) return demote(cold, `not used for ${Math.round(policy.coldMs / 3_600_000)} hours`)

  const has = new Set(here.map((key) => keyId(key.level, key.key)))
  const wanted = [...forced].find(
    ([id, what]) => what === 'promote' && !has.has(id) && KEY_PLACES[levelOf(id)].table === table,
  )
  if (wanted !== undefined) {
    const [id] = wanted
    return {
      action: 'promote',
      level: levelOf(id),
      key: id.slice(id.indexOf('\0') + 1),
      reason: 'asked for by a person',
    }
  }
  if (input.rowsOfTable[table] < policy.minRows) return undefined
  const hottest = input.heat
    .filter((heat) => KEY_PLACES[heat.level].table === table && heat.uses >= policy.minUses)
    .filter((heat) => !has.has(keyId(heat.level, heat.key)) && forced.get(keyId(heat.level, heat.key)) !== 'demote')
    .toSorted((a, b) => b.uses - a.uses || (a.key < b.key ? -1 : 1))[0]
  if (hottest === undefined) return undefined
  if (here.length < policy.maxKeys)
    return { action: 'promote', level: hottest.level, key: hottest.key, reason: `used ${hottest.uses} times lately` }
  if (coldest === undefined || nowMillis - coldest.sinceMillis < policy.minAgeMs) return undefined
  if (hottest.uses <= LEAD * Math.max(1, usesOf(coldest))) return undefined
  return demote(coldest, `used ${usesOf(coldest)} times lately, ${JSON.stringify(hottest.key)} ${hottest.uses} times`)
}

function levelOf(id: string): PromotableLevel {
  return id.slice(0, id.indexOf('\0')) as PromotableLevel
}

function demote(key: PromotedKey, reason: string): PolicyAction {
  return { action: 'demote', level: key.level, key: key.key, reason }
}

/** How often a key came with a type. */
export interface TypeCount {
  readonly type: string
  readonly count: number
}

/** Share of one number type from which on its values get a number column. */
const NUMBER_SHARE = 0.9
/** Distinct values of a dictionary column at most, and per value in the sample. */
const MAX_DICTIONARY = 10_000
const MAX_DISTINCT_SHARE = 0.2

/** The form of a column from the types a key has and a sample of its values. Only cost depends on it, never an answer. */
export function chooseForm(
  types: readonly TypeCount[],
  sample: { readonly values: number; readonly distinct: number },
): KeyForm {
  const total = types.reduce((sum, type) => sum + type.count, 0)
  const share = (name: string): number =>
    total === 0 ? 0 : types.filter(({ type }) => type === name).reduce((sum, type) => sum + type.count, 0) / total
  if (share('int') >= NUMBER_SHARE) return 'int'
  if (share('double') >= NUMBER_SHARE) return 'double'
  if (sample.values === 0) return 'text'
  return sample.distinct <= Math.max(16, Math.min(MAX_DICTIONARY, sample.values * MAX_DISTINCT_SHARE)) ? 'low' : 'text'
}
