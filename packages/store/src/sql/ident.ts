import { ClewError } from '@clew/base/errors'
import { isPromotedColumnName } from '../promote/promoted-key.ts'
import { TABLES } from '../schema/tables.ts'
import { Sql } from './sql.ts'

const NAMES: ReadonlySet<string> = new Set(TABLES.flatMap((table) => [table.name, ...table.columns.map((c) => c.name)]))

/**
 * A table or column name of the schema as SQL; `ident('spans', 'Name')` gives `spans.Name`. Columns of promoted keys are
 * names of the schema too. Any other name is an error, so a name that comes from outside cannot become SQL.
 */
export function ident(...names: readonly [string, ...string[]]): Sql {
  for (const name of names)
    if (!NAMES.has(name) && !isPromotedColumnName(name))
      throw new ClewError('SQL_NAME', `${JSON.stringify(name)} is no table or column of the store`)
  return new Sql([names.join('.')], [])
}
