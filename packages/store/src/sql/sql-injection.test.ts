import * as fc from 'fast-check'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openChdb } from '../driver/chdb.ts'
import type { Driver } from '../driver/driver.ts'
import { ident } from './ident.ts'
import { compileSql, joinSql, Parameter, sql, textParameter, textsParameter, uint64sParameter } from './sql.ts'

let directory: string
let driver: Driver

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'clew-injection-'))
  driver = openChdb(directory)
})

afterAll(async () => {
  await driver.close()
  await rm(directory, { recursive: true, force: true })
})

const NASTY = [
  "' OR 1=1 --",
  "'; DROP TABLE spans; --",
  '\\',
  "\\'",
  '{p0:String}',
  '\0',
  '`"$(id)',
  "unhex('00')",
  '%_',
  '/* */',
  '\u2028\u2029',
  "'}; SELECT * FROM file('/etc/passwd')",
]

test('no value becomes text: the SQL of a statement is the same for every value', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...NASTY)), (value) => {
      expect(compileSql(sql`SELECT ${value} AS v WHERE ${value} = ${textsParameter([value])}`).text).toBe(
        compileSql(sql`SELECT ${'x'} AS v WHERE ${'x'} = ${textsParameter(['x'])}`).text,
      )
      const { encoded } = textParameter(value)
      expect(encoded).toMatch(/^[0-9a-f]*$/)
    }),
  )
})

test('every value comes back from the engine as it went in', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom(...NASTY)),
      fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      async (text, integer, double) => {
        const { rows } = await driver.query<{ t: string; i: string; d: number; l: string[] }>(
          sql`SELECT ${text} AS t, ${integer} AS i, ${double} + 0.0 AS d, ${textsParameter([text, 'b'])} AS l`,
        )
        expect(rows[0]).toMatchObject({ t: text, i: String(integer), l: [text, 'b'] })
        expect(rows[0]?.d).toBe(double + 0)
      },
    ),
    { numRuns: 150 },
  )
})

test('lists of numbers, and statements made of pieces', async () => {
  const { rows } = await driver.query(
    sql`SELECT ${uint64sParameter([1, 18446744073709551615n])} AS list, ${joinSql([sql`1`, sql`2`], sql` + `)} AS three`,
  )
  expect(rows).toEqual([{ list: ['1', '18446744073709551615'], three: 3 }])
})

test('only names of the schema become SQL', () => {
  expect(compileSql(ident('spans', 'Name')).text).toBe('spans.Name')
  for (const name of [...NASTY, 'system.tables', 'Name; DROP', ''])
    expect(() => ident(name)).toThrow(/no table or column/)
})

test('the driver refuses a parameter outside its alphabet', async () => {
  for (const encoded of ["' OR 1 = 1 --", '\\', 'a b', ["x'"]]) {
    const broken = sql`SELECT ${new Parameter('String', encoded, 'unhex(', ')')}`
    await expect(driver.query(broken)).rejects.toMatchObject({ code: 'SQL_VALUE' })
  }
})
