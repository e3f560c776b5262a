import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

interface Row {
  readonly library: string
  readonly packages: readonly string[]
  readonly test: string
}

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')
const rows = JSON.parse(read('./coverage.json')) as readonly Row[]

/** What programs of the tests need besides. */
const HELPERS = ['@grpc/proto-loader', '@opentelemetry/api', 'reflect-metadata', 'rxjs', 'socket.io-client']

it('every library that is installed for the tests is in the table, and every package of the table is used by a program', () => {
  const { dependencies } = JSON.parse(read('../agent-apps/package.json')) as { dependencies: Record<string, string> }
  const named = new Set(rows.flatMap(({ packages }) => packages))
  const missing = Object.keys(dependencies).filter((name) => !named.has(name) && !HELPERS.includes(name))
  expect(missing).toEqual([])
})

it.each(rows.filter(({ packages }) => packages.length > 0))('$library: the tests of the table name it', (row) => {
  const names = row.packages.map((name) => name.replace(/^(older|bundlers)\//, ''))
  for (const file of row.test.split(', ')) {
    const text = read(`../${file}.test.ts`)
    expect(
      names.some((name) => text.includes(name)),
      `${row.library} in ${file}`,
    ).toBe(true)
  }
})

it('files of the table are there', () => {
  for (const { test } of rows) for (const file of test.split(', ')) expect(read(`../${file}.test.ts`)).not.toBe('')
})
