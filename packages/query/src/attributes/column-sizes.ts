import { logicalTable } from '@clew/store/schema/layout'
import { sql } from '@clew/store/sql/sql'
import type { Question } from '../run/question.ts'

/**
 * Compressed bytes of a column on disk. The engine knows them only of parts that have a file per column; those with all
 * columns in one file are taken to compress alike. Undefined when there is no part of the first kind. On a cluster it is the size on
 * one replica of each shard.
 */
export type ColumnSizes = (table: string, column: string) => number | undefined

/** Reads the sizes of the columns that hold attributes. */
export async function readColumnSizes(question: Question): Promise<ColumnSizes> {
  const { rows } = await question.run<{
    tableName: string
    columnName: string
    bytes: string
    measured: string
    total: string
  }>(
    sql`SELECT table AS tableName, column AS columnName, sum(column_data_compressed_bytes) AS bytes,
  sumIf(rows, column_data_compressed_bytes > 0) AS measured, sum(rows) AS total
FROM ${question.engine.partsColumns}
WHERE endsWith(column, 'Attributes') OR startsWith(column, 'a_') OR startsWith(column, 'p_')
GROUP BY tableName, columnName`,
    { maxExecutionMs: 5_000 },
  )
  const sizes = new Map(
    rows
      .filter((row) => row.measured !== '0')
      .map((row) => [
        `${logicalTable(row.tableName)}.${row.columnName}`,
        (Number(row.bytes) * Number(row.total)) / Number(row.measured),
      ]),
  )
  return (table, column) => sizes.get(`${table}.${column}`)
}
