import type { Signal } from '@clew/otlp/signal'
import { logicalTable } from '@clew/store/schema/layout'
import { sql } from '@clew/store/sql/sql'
import type { QueryEngine } from '../ports.ts'

export type BySignal<T> = Readonly<Record<Signal, T>>

/** What the store holds. */
export interface StoredVolume {
  /** Spans, log records and data points. */
  readonly rows: BySignal<number>
  /** All tables together, compressed. */
  readonly diskBytes: number
}

/** Rows and bytes of the store, from the engine's list of parts: costs nothing however much is stored. */
export async function storedVolume(engine: QueryEngine): Promise<StoredVolume> {
  const { rows } = await engine.query<{ Table: string; Rows: string; Bytes: string }>(
    sql`SELECT table AS Table, sum(rows) AS Rows, sum(bytes_on_disk) AS Bytes
      FROM ${engine.parts} GROUP BY table`,
    { maxExecutionMs: 5000 },
  )
  const counts = { traces: 0, logs: 0, metrics: 0 }
  let diskBytes = 0
  for (const row of rows) {
    diskBytes += Number(row.Bytes)
    const signal = signalOfTable(logicalTable(row.Table))
    if (signal !== undefined) counts[signal] += Number(row.Rows)
  }
  return { rows: counts, diskBytes }
}

/** The signal whose items are the rows of a table; undefined for tables of derived rows. */
export function signalOfTable(table: string): Signal | undefined {
  if (table === 'spans') return 'traces'
  if (table === 'logs') return 'logs'
  return table.startsWith('metric_') && table !== 'metric_series' ? 'metrics' : undefined
}

/** Time of the newest row of each signal, nanoseconds since 1970; null when there is none. Looks at the newest day only. */
export async function newestRows(engine: QueryEngine): Promise<BySignal<bigint | null>> {
  const options = { maxExecutionMs: 5000, onLimit: 'break' } as const
  type Row = { Newest: string }
  const [spans, logs, points] = await Promise.all([
    engine.query<Row>(
      sql`SELECT max(StartNanos) AS Newest FROM spans WHERE Day = (SELECT max(Day) FROM spans)`,
      options,
    ),
    engine.query<Row>(sql`SELECT max(AtNanos) AS Newest FROM logs WHERE Day = (SELECT max(Day) FROM logs)`, options),
    engine.query<Row>(
      sql`SELECT max(AtNanos) AS Newest FROM metric_sum WHERE Day = (SELECT max(Day) FROM metric_sum)`,
      options,
    ),
  ])
  const newest = (rows: readonly Row[]): bigint | null => {
    const nanos = BigInt(rows[0]?.Newest ?? '0')
    return nanos === 0n ? null : nanos
  }
  return { traces: newest(spans.rows), logs: newest(logs.rows), metrics: newest(points.rows) }
}
