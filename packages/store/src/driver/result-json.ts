import { setImmediate as nextTurn } from 'node:timers/promises'
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

/** Characters of an answer that are parsed without letting other work run: a few milliseconds. */
const CHARS_PER_TURN = 1 << 18
/** Where the rows of an answer begin and end: text has no line breaks of its own, so these are what they seem. */
const DATA_START = '"data":\n\t[\n'
const DATA_END = '\n\t],\n'

/** Turns a JSONCompact answer into rows; a large one in turns, so that a big question holds up nobody. */
export async function parseResult<Row>(
  text: string,
  elapsedMs: number,
  options: QueryOptions,
): Promise<QueryResult<Row>> {
  if (text === '') {
    return { rows: [], statistics: { rowsRead: 0, bytesRead: 0, elapsedMs }, complete: true }
  }
  const start = text.indexOf(DATA_START)
  const end = text.lastIndexOf(DATA_END)
  const inTurns = text.length > 2 * CHARS_PER_TURN && start >= 0 && end > start
  const around = inTurns ? `${text.slice(0, start)}"data": []${text.slice(end + DATA_END.length - 2)}` : text
  const json = JSON.parse(around) as JsonCompact
  const names = json.meta.map((column) => column.name)
  const rows: Row[] = []
  const add = (data: JsonCompact['data']): void => {
    for (const values of data) {
      const row: Record<string, unknown> = {}
      for (let i = 0; i < names.length; i++) row[names[i]!] = values[i]
      rows.push(row as Row)
    }
  }
  add(json.data)
  if (inTurns) {
    for (let at = start + DATA_START.length; at < end;) {
      const lineEnd = text.indexOf('\n', at + CHARS_PER_TURN)
      const to = lineEnd < 0 || lineEnd > end ? end : lineEnd
      const lines = text.slice(at, to)
      add(JSON.parse(`[${lines.endsWith(',') ? lines.slice(0, -1) : lines}]`) as JsonCompact['data'])
      at = to + 1
      await nextTurn()
      options.abort?.throwIfAborted()
    }
  }
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
