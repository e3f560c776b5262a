import type { QueryOptions, QueryResult } from './driver.ts'

interface JsonCompact {
  readonly meta: readonly { readonly name: string; readonly type: string }[]
  readonly data: readonly (readonly unknown[])[]
  readonly statistics?: { readonly elapsed: number; readonly rows_read: number; readonly bytes_read: number }
}

/** Output settings both drivers use, so that rows look the same. */
export const OUTPUT_SETTINGS: Readonly<Record<string, string | number>> = {
  output_format_json_quote_64bit_integers: 1,
  output_format_json_quote_denormals: 1,
  output_format_json_named_tuples_as_objects: 0,
  output_format_json_map_as_array_of_tuples: 1,
}

/** The settings that hold a read to its limits; defaults where the caller gave none. */
export function limitSettings(options: QueryOptions): Record<string, string | number> {
  const overflow = options.onLimit === 'break' ? 'break' : 'throw'
  return {
    max_execution_time: (options.maxExecutionMs ?? 0) / 1000,
    timeout_overflow_mode: overflow,
    max_bytes_to_read: options.maxBytesToRead ?? 0,
    max_rows_to_read: options.maxRowsToRead ?? 0,
    read_overflow_mode: overflow,
    max_threads: options.maxThreads ?? 0,
    max_memory_usage: options.maxMemoryBytes ?? 0,
  }
}

/** Turns a JSONCompact answer into rows. */
export function parseResult<Row>(text: string, elapsedMs: number, options: QueryOptions): QueryResult<Row> {
  if (text === '') {
    return { rows: [], statistics: { rowsRead: 0, bytesRead: 0, elapsedMs }, complete: true }
  }
  const json = JSON.parse(text) as JsonCompact
  const names = json.meta.map((column) => column.name)
  const rows = json.data.map((values) => {
    const row: Record<string, unknown> = {}
    for (let i = 0; i < names.length; i++) row[names[i]!] = values[i]
    return row as Row
  })
  const bytesRead = json.statistics?.bytes_read ?? 0
  const rowsRead = json.statistics?.rows_read ?? 0
  const cut =
    options.onLimit === 'break' &&
    (reached(elapsedMs, options.maxExecutionMs) ||
      reached(bytesRead, options.maxBytesToRead) ||
      reached(rowsRead, options.maxRowsToRead))
  return { rows, statistics: { rowsRead, bytesRead, elapsedMs }, complete: !cut }
}

function reached(value: number, limit: number | undefined): boolean {
  return limit !== undefined && limit > 0 && value >= limit
}
