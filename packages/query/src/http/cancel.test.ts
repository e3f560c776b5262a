import { get } from 'node:http'
import { sql } from '@clew/store/sql/sql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StorePort } from '../ports.ts'
import { startTestServer, type TestServer } from '../testdata/test-server.ts'

const ENDLESS = sql`SELECT count() FROM numbers(900000000000) WHERE number % 7 = 3`
let plain: TestServer
let base: string

/** The real engine, with every question made endless: what is asked here is how questions end. */
function endless(engine: StorePort): StorePort {
  const { keys, parts, partsColumns } = engine
  return { keys, parts, partsColumns, query: (_statement, options) => engine.query(ENDLESS, options) }
}

beforeAll(async () => {
  plain = await startTestServer({ wrapEngine: endless, limits: { maxExecutionMs: 60_000 } })
  base = `http://127.0.0.1:${await plain.server.listen(0, '127.0.0.1')}`
})
afterAll(async () => {
  await plain.close()
})

async function running(): Promise<number> {
  const { rows } = await plain.store.query<{ n: string }>(
    sql`SELECT count() AS n FROM system.processes WHERE query LIKE '%numbers(900000000000)%' AND query NOT LIKE '%system.processes%'`,
  )
  return Number(rows[0]?.n)
}

test.each([
  '/api/services',
  '/api/traces?q=name=x',
  '/api/traces/0123456789abcdef0123456789abcdef',
  '/api/logs',
  '/api/metrics',
  '/jaeger/api/services',
  '/jaeger/api/traces/0123456789abcdef0123456789abcdef',
  '/jaeger/api/traces?service=x',
])('%s: a client that leaves ends the query in the engine', async (path) => {
  const request = get(base + path)
  request.on('error', () => undefined)
  await expect.poll(running, { timeout: 20_000 }).toBeGreaterThan(0)
  request.destroy()
  await expect.poll(running, { timeout: 20_000 }).toBe(0)
})

test('the time of a question is that of all its statements together, and the answer says so', async () => {
  const short = plain.again({ limits: { maxExecutionMs: 300 } })
  const own = await short.fetch(new Request('http://localhost/api/services'))
  expect(own.status).toBe(504)
  expect(await own.json()).toMatchObject({
    error: { code: 'QUERY_TIMEOUT', fix: expect.stringContaining('narrow') as string },
  })
  const jaeger = await short.fetch(new Request('http://localhost/jaeger/api/services'))
  expect(jaeger.status).toBe(504)
  expect(await jaeger.json()).toMatchObject({ data: null, errors: [{ code: 504 }] })
})
