import { expect, test } from 'vitest'
import type { Driver } from '../driver/driver.ts'
import { addColumns, commentColumns, promotedKey } from './promoted-ddl.ts'
import { columnsOf, type PromotedKey } from './promoted-key.ts'
import { readPromotedKeys } from './registry.ts'

/*
 * What several servers answer about their columns, which one embedded engine cannot: its cluster is one server. With one server
 * and with a whole cluster the registry is tested in keys-*.test.ts.
 */
interface ColumnRow {
  readonly tableName: string
  readonly name: string
  readonly comment: string
}

const SERVERS = 2
const NOTHING_READ = { rowsRead: 0, bytesRead: 0, elapsedMs: 0 }
const int = promotedKey({ level: 'span', key: 'size', form: 'int', sinceMillis: 1, retiringSinceMillis: undefined })
const text = promotedKey({ level: 'span', key: 'id', form: 'text', sinceMillis: 2, retiringSinceMillis: undefined })
const everywhere = Array.from({ length: SERVERS }, () => ({ tableName: 'spans', name: 'Day', comment: 'Partition' }))

/** The columns of a key as a server lists them, with the comment that the DDL gives them. */
function columns(key: PromotedKey): ColumnRow[] {
  const ddl = key.retiringSinceMillis === undefined ? addColumns(key) : commentColumns(key)
  return columnsOf(key).map((name) => {
    const clause = ddl.columns?.find((each) => each.includes(` ${name} `)) ?? ''
    return { tableName: 'spans', name, comment: /'(\{[^']*\})'/.exec(clause)?.[1] ?? '' }
  })
}

async function read(rows: readonly ColumnRow[]): ReturnType<typeof readPromotedKeys> {
  const query: Driver['query'] = () =>
    Promise.resolve({ rows: [...everywhere, ...rows] as never[], statistics: NOTHING_READ, complete: true })
  return await readPromotedKeys({ cluster: { name: 'two', database: 'clew' }, query })
}

test('a key is one key, however many servers have its columns', async () => {
  const { promoted, incomplete } = await read([...columns(int), ...columns(int), ...columns(text), ...columns(text)])
  expect(promoted).toEqual([int, text])
  expect([...incomplete]).toEqual([])
})

test('a key of which one server lacks a column is not complete: that server may be the next to be asked', async () => {
  const [value, rest] = columns(int)
  const { promoted, incomplete } = await read([value!, rest!, value!, ...columns(text)])
  expect(promoted).toEqual([int, text])
  expect([...incomplete]).toEqual([int.column, text.column])
})

test('half a key on all servers, or one that retires on one of them, is retiring', async () => {
  const retiring = { ...text, retiringSinceMillis: 7 }
  const [half] = columns(int)
  const { promoted } = await read([half!, half!, ...columns(retiring), ...columns(text)])
  expect(promoted).toEqual([{ ...int, retiringSinceMillis: 1 }, retiring])
  expect((await read([...columns(text), ...columns(retiring)])).promoted).toEqual([retiring])
})
