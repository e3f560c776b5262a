import type { Attribute } from '@clew/contract/common'
import type { PromotedAttribute } from '@clew/store/schema/promoted'
import { ident } from '@clew/store/sql/ident'
import { decodeRowAttributes, type MapPairs } from '@clew/store/read/attributes-decode'
import { joinSql, sql, type Sql } from '@clew/store/sql/sql'
import { otlpAttributes } from './otlp-value.ts'
import { sortAttributes } from './stored-value.ts'

/** Columns of promoted attributes for a SELECT list, as text. */
export function promotedSelect(promoted: readonly PromotedAttribute[]): Sql {
  return joinSql(
    promoted.map((each) => sql`toString(${ident(each.column)}) AS ${ident(each.column)}`),
    sql`, `,
  )
}

/** All attributes of a row (from `promotedSelect`, and `attributes` as the map column), by key. */
export function rowAttributes(
  promoted: readonly PromotedAttribute[],
  row: Readonly<Record<string, unknown>> & { readonly attributes: MapPairs },
): Attribute[] {
  return sortAttributes(otlpAttributes(decodeRowAttributes(row, row.attributes, promoted)))
}
