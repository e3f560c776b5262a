import type { AttributeLevel } from '@clew/contract/common'
import { PROMOTED_LOG_ATTRIBUTES, PROMOTED_SPAN_ATTRIBUTES, type PromotedAttribute } from '@clew/store/schema/promoted'
import { ident } from '@clew/store/sql/ident'
import { joinSql, setOf, sql, textsParameter, type Sql } from '@clew/store/sql/sql'
import type { Question } from '../run/question.ts'

/** Rows of the newest day that are looked at, as they lie next to each other. */
const SAMPLE_ROWS = 50_000
/** A table for people must be quick; rather less is known. */
const BUDGET_MS = 3_000

/** Where the attributes of a level are. */
export interface SamplePlace {
  readonly table: 'spans' | 'logs' | 'resources' | 'scopes' | 'metric_series'
  readonly column: string
  readonly nested: boolean
  /** Keys of the schema that have columns. */
  readonly builtIn: readonly PromotedAttribute[]
}

export const SAMPLE_PLACES: Readonly<Record<AttributeLevel, SamplePlace>> = {
  span: { table: 'spans', column: 'Attributes', nested: false, builtIn: PROMOTED_SPAN_ATTRIBUTES },
  event: { table: 'spans', column: 'EventAttributes', nested: true, builtIn: [] },
  link: { table: 'spans', column: 'LinkAttributes', nested: true, builtIn: [] },
  log: { table: 'logs', column: 'Attributes', nested: false, builtIn: PROMOTED_LOG_ATTRIBUTES },
  resource: { table: 'resources', column: 'Attributes', nested: false, builtIn: [] },
  scope: { table: 'scopes', column: 'Attributes', nested: false, builtIn: [] },
  point: { table: 'metric_series', column: 'Attributes', nested: false, builtIn: [] },
}

/** What a sample says of a key. */
export interface SampledKey {
  readonly values: number
  readonly distinct: number
  /** Uncompressed by compressed size of its values, one after the other as rows lie. */
  readonly ratio: number
}

export interface KeySampleResult {
  readonly keys: ReadonlyMap<string, SampledKey>
  /** The sample is all there is: what it says is exact. */
  readonly whole: boolean
}

/** Looks at the values of some keys of a level in a bounded number of rows. */
export async function sampleKeys(
  level: AttributeLevel,
  keys: readonly string[],
  question: Question,
): Promise<KeySampleResult> {
  const place = SAMPLE_PLACES[level]
  const table = ident(place.table)
  const { rows, complete } = await question.run<{
    key: string
    n: string
    distinctValues: string
    ratio: number | string | null
  }>(
    sql`SELECT pair.1 AS key, count() AS n, uniq(pair.2) AS distinctValues, estimateCompressionRatio('ZSTD(1)')(pair.2) AS ratio
FROM (SELECT arrayJoin(${pairs(place)}) AS pair FROM (SELECT * FROM ${table}
  WHERE Day = (SELECT max(Day) FROM ${table})
  LIMIT ${SAMPLE_ROWS}))
WHERE key IN ${setOf(textsParameter(keys))} GROUP BY key`,
    { onLimit: 'break', maxExecutionMs: BUDGET_MS },
  )
  if (!complete) question.incomplete('time-budget', `keys of level ${level} were sampled only as far as time allowed`)
  const { rows: partitions } = await question.run<{ partitions: string; n: string }>(
    sql`SELECT uniqExact(Day) AS partitions, count() AS n FROM ${table}`,
  )
  return {
    keys: new Map(
      rows.map((row) => [
        row.key,
        {
          values: Number(row.n),
          distinct: Number(row.distinctValues),
          ratio: Math.max(1, Number(row.ratio ?? 1) || 1),
        },
      ]),
    ),
    whole: complete && partitions[0]?.partitions === '1' && Number(partitions[0].n) <= SAMPLE_ROWS,
  }
}

/** All attributes of a row as an array of (key, value), those of the schema's own columns among them. */
function pairs({ column, nested, builtIn }: SamplePlace): Sql {
  const map = ident(column)
  if (nested) return sql`arrayFlatten(arrayMap(m -> ${mapPairs(sql`m`)}, ${map}))`
  if (builtIn.length === 0) return mapPairs(map)
  const columns = joinSql(
    builtIn.map((each) => sql`(${each.key}, toString(${ident(each.column)}))`),
    sql`, `,
  )
  return sql`arrayConcat(${mapPairs(map)}, arrayFilter(p -> p.2 NOT IN ('', '0'), [${columns}]))`
}

function mapPairs(map: Sql): Sql {
  return sql`arrayMap((k, v) -> (toString(k), v), mapKeys(${map}), mapValues(${map}))`
}
