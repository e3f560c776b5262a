import { fixedParameter, fixedsParameter, setOf, sql, type Sql } from '@clew/store/sql/sql'

/** The bytes of a hex id, zeros added in front. */
export function idBytes(hex: string, width: number): Buffer {
  return Buffer.from(hex.padStart(width * 2, '0'), 'hex')
}

/** `column IN (ids)` for ids in hex of any case, with or without leading zeros. One id is a plain equality: no set to build. */
export function idIn(column: Sql, hexIds: readonly string[], width: 8 | 16): Sql {
  const [first, ...others] = hexIds
  if (first !== undefined && others.length === 0)
    return sql`${column} = ${fixedParameter(idBytes(first, width), width)}`
  return sql`${column} IN ${setOf(
    fixedsParameter(
      hexIds.map((id) => idBytes(id, width)),
      width,
    ),
  )}`
}
