import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Session } from 'chdb'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildBlock } from './block.ts'
import { FixedStringColumn, StringColumn } from './bytes-columns.ts'
import type { ColumnBuilder } from './column-builder.ts'
import { LowCardinalityColumn } from './low-cardinality-column.ts'
import { ArrayColumn, AttributeMapColumn, NullableFloatColumn, TupleColumn } from './nested-columns.ts'
import { Int64Column, NumberColumn } from './number-columns.ts'

let directory: string
let session: Session

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'clew-native-'))
  session = new Session(join(directory, 'db'))
})

afterAll(() => {
  session.close()
  rmSync(directory, { recursive: true, force: true })
})

/** What the engine reads from a block, through its own reader of the format. */
function readBack(columns: Map<string, ColumnBuilder>, rows: number): Record<string, unknown>[] {
  const file = join(directory, 'block.native')
  writeFileSync(file, Buffer.concat(buildBlock(columns, rows).chunks))
  const text = session.query(
    `SELECT * FROM file('${file}', 'Native') SETTINGS output_format_json_quote_64bit_integers = 1, output_format_json_quote_denormals = 1`,
    'JSONEachRow',
  )
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8')

test('every column type is read back by the engine as it was written', () => {
  const uint64 = new Int64Column('UInt64')
  const int64 = new Int64Column('Int64')
  const double = new NumberColumn('Float64')
  const int16 = new NumberColumn('Int16')
  const id = new FixedStringColumn(8)
  const text = new StringColumn()
  const low = new LowCardinalityColumn()
  const list = new ArrayColumn(new LowCardinalityColumn())
  const map = new AttributeMapColumn()
  const maps = new ArrayColumn(new AttributeMapColumn())
  const nullable = new NullableFloatColumn()
  const tupleNumber = new NumberColumn('UInt8')
  const tupleText = new StringColumn()
  const tuple = new TupleColumn([tupleNumber, tupleText])
  const columns = new Map<string, ColumnBuilder>(
    Object.entries({ uint64, int64, double, int16, id, text, low, list, map, maps, nullable, tuple }),
  )

  uint64.pushBigInt(18446744073709551615n)
  int64.pushBigInt(-9223372036854775808n)
  double.push(Number.POSITIVE_INFINITY)
  int16.push(-3)
  id.push(bytes('abcdefgh'), 0, 8)
  text.pushText('ä'.repeat(300))
  low.pushText('GET')
  list.items.pushText('x')
  list.items.pushText('')
  list.endRow()
  map.keys.pushText('k')
  map.values.pushTagged(1, bytes('42'), 0, 2)
  map.endRow()
  maps.items.keys.pushText('e')
  maps.items.values.pushText('f')
  maps.items.endRow()
  maps.items.endRow()
  maps.endRow()
  nullable.push(0)
  tupleNumber.push(7)
  tupleText.pushText('seven')

  // The second row is made of defaults only.
  expect(readBack(columns, 2)).toEqual([
    {
      uint64: '18446744073709551615',
      int64: '-9223372036854775808',
      double: 'inf',
      int16: -3,
      id: 'abcdefgh',
      text: 'ä'.repeat(300),
      low: 'GET',
      list: ['x', ''],
      map: { k: '\u000142' },
      maps: [{ e: 'f' }, {}],
      nullable: 0,
      tuple: [7, 'seven'],
    },
    {
      uint64: '0',
      int64: '0',
      double: 0,
      int16: 0,
      id: '\0'.repeat(8),
      text: '',
      low: '',
      list: [],
      map: {},
      maps: [],
      nullable: null,
      tuple: [0, ''],
    },
  ])
})

test('builders can be used again after clear', () => {
  const low = new LowCardinalityColumn()
  const map = new AttributeMapColumn()
  const columns = new Map<string, ColumnBuilder>(Object.entries({ low, map }))
  for (const round of [1, 2]) {
    for (let i = 0; i < 1000; i++) {
      low.put(i, bytes(`v${i % (300 * round)}`), 0, `v${i % (300 * round)}`.length)
      map.keys.pushText('key')
      map.values.pushText(`${i * round}`)
      map.endRow()
    }
    const rows = readBack(columns, 1000)
    expect(rows[999]).toEqual({ low: `v${999 % (300 * round)}`, map: { key: `${999 * round}` } })
    low.clear()
    map.clear()
  }
})

test('dictionary columns of any content, sparse rows and width', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(40), fc.string({ unit: 'grapheme', maxLength: 70 })), { minLength: 1, maxLength: 600 }),
      (items) => {
        const low = new LowCardinalityColumn()
        const text = new StringColumn()
        const expected: string[] = []
        for (const [gap, value] of items) {
          for (let i = 0; i < gap % 3; i++) expected.push('')
          const encoded = bytes(value)
          low.put(expected.length, encoded, 0, encoded.length)
          text.put(expected.length, encoded, 0, encoded.length)
          expected.push(value)
        }
        const rows = readBack(new Map<string, ColumnBuilder>(Object.entries({ low, text })), expected.length)
        expect(rows).toEqual(expected.map((value) => ({ low: value, text: value })))
      },
    ),
    { numRuns: 40 },
  )
})

test('a dictionary with more than 65536 entries', () => {
  const low = new LowCardinalityColumn()
  for (let i = 0; i < 70_000; i++) low.pushText(`value ${i}`)
  const rows = readBack(new Map<string, ColumnBuilder>([['low', low]]), 70_000)
  expect(rows[69_999]).toEqual({ low: 'value 69999' })
  expect(rows[300]).toEqual({ low: 'value 300' })
})
