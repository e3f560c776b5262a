import { expect, it } from 'vitest'
import type { SinkSpan } from '@clew/testkit/otlp-sink'
import { inServerSpan, KIND, library, runApp } from './run-app.ts'

function named({ name, status, values }: SinkSpan): string {
  return status?.code === 2 ? `${name} !${String(values['error.type'])}` : (name ?? '')
}

it.each(['24', '26'])('node:sqlite of Node %s', async (node) => {
  const { spans, metrics } = await runApp('sqlite.mjs', { node })
  const found = inServerSpan(spans)
  expect(found.map(named)).toEqual([
    'CREATE items',
    'INSERT items',
    'SELECT items',
    'SELECT items !ERR_SQLITE_ERROR',
    'SELECT items',
  ])
  for (const { kind, values } of found) {
    expect({ kind, ...values }).toMatchObject({
      kind: KIND.client,
      'db.system.name': 'sqlite',
      'db.namespace': ':memory:',
    })
  }
  expect(found[2]?.values['db.query.text']).toBe('SELECT name FROM items WHERE name = ?')
  expect(metrics).toContain('db.client.operation.duration')
})

it.each(['22', '24', '26'])(`${library('better-sqlite3')} on Node %s`, async (node) => {
  const { spans, metrics } = await runApp('better-sqlite3.mjs', { node })
  const found = inServerSpan(spans)
  expect(found.map(named)).toEqual([
    'CREATE items',
    'INSERT items',
    'SELECT items',
    'BEGIN',
    'INSERT items',
    'INSERT items',
    'COMMIT',
    'INSERT items !RangeError',
    'SELECT items',
    'SELECT items',
  ])
  for (const { kind, values } of found) {
    expect({ kind, ...values }).toMatchObject({
      kind: KIND.client,
      'db.system.name': 'sqlite',
      'db.namespace': ':memory:',
    })
  }
  expect(found[2]?.values['db.query.text']).toBe('SELECT name FROM items WHERE name = ?')
  expect(metrics).toContain('db.client.operation.duration')
})
