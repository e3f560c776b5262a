import type { AttributeLevel } from '@clew/contract/common'
import type { KeyRow } from '@clew/contract/keys'
import type { PromotedKey } from '@clew/store/promote/promoted-key'
import { columnsOf } from '@clew/store/promote/promoted-key'
import type { ColumnSizes } from './column-sizes.ts'
import { type KeySampleResult, SAMPLE_PLACES } from './key-sample.ts'

/** What the catalogue says of a key on a level. */
export interface CataloguedKey {
  readonly key: string
  readonly count: number
  readonly bytes: number
  readonly types: KeyRow['types']
}

export interface KeyCost {
  readonly compressed: KeyRow['compressed']
  readonly distinct: KeyRow['distinct']
}

interface CostQuestion {
  readonly level: AttributeLevel
  readonly keys: readonly CataloguedKey[]
  readonly sample: KeySampleResult
  readonly sizes: ColumnSizes
  readonly columnOf: (key: string) => PromotedKey | undefined
}

/**
 * What keys of one level take on disk. The size of a column is known. A map is one column for all its keys: its size is
 * divided among them by what each would take alone (bytes by the ratio its sampled values compress at), so the estimates
 * of a map add up to what it really takes.
 */
export function keyCosts({ level, keys, sample, sizes, columnOf }: CostQuestion): Map<string, KeyCost> {
  const place = SAMPLE_PLACES[level]
  const builtIn = new Map(place.builtIn.map((each) => [each.key, each]))
  const alone = (key: CataloguedKey): number | undefined => {
    const sampled = sample.keys.get(key.key)
    return sampled === undefined ? undefined : key.bytes / sampled.ratio
  }
  const inMap = keys.filter((key) => !builtIn.has(key.key))
  const together = inMap.reduce((sum, key) => sum + (alone(key) ?? 0), 0)
  const mapBytes = sizes(place.table, place.column)
  const scale = mapBytes === undefined || together === 0 ? 1 : mapBytes / together
  return new Map(
    keys.map((key) => {
      const sampled = sample.keys.get(key.key)
      const own = builtIn.get(key.key)
      const column = own === undefined ? undefined : sizes(place.table, own.column)
      const estimate = alone(key)
      const promoted = columnOf(key.key)
      const added =
        promoted === undefined ? 0 : columnsOf(promoted).reduce((sum, name) => sum + (sizes(place.table, name) ?? 0), 0)
      const compressed =
        column !== undefined
          ? { bytes: Math.round(column), estimated: key.types.some(({ type }) => type !== own?.type) }
          : estimate === undefined
            ? null
            : { bytes: Math.round(estimate * (own === undefined ? scale : 1) + added), estimated: true }
      const distinct = sampled === undefined ? null : { value: sampled.distinct, exact: sample.whole }
      return [key.key, { compressed, distinct }]
    }),
  )
}
