import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { encodeBatch } from '@clew/otlp/encode'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from './sql/sql.ts'
import { openStore, type Store } from './store.ts'

const ENDLESS = sql`SELECT count() FROM numbers(900000000000) WHERE number % 7 = 3`
let directory: string
let store: Store

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'clew-long-'))
  store = await openStore({ dataDirectory: directory, url: 'chdb', retentionDays: 7, segmentAgeMs: 20 })
})
afterAll(async () => {
  await store.close()
  await rm(directory, { recursive: true, force: true })
})

async function running(): Promise<number> {
  const { rows } = await store.query<{ n: string }>(
    sql`SELECT count() AS n FROM system.processes WHERE query LIKE '%numbers(900000000000)%' AND query NOT LIKE '%system.processes%'`,
  )
  return Number(rows[0]?.n)
}

test('queries that never end, as many as there may be, hold up neither acknowledgement nor insert', async () => {
  const abort = new AbortController()
  const endless = Array.from({ length: 30 }, () => store.query(ENDLESS, { abort: abort.signal }).catch(String))
  await sleep(100)
  const spans = Array.from({ length: 100 }, (_, i) => ({
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: (i + 1).toString(16).padStart(16, '0'),
    startTimeUnixNano: BigInt(Date.now()) * 1_000_000n,
  }))
  const batch = encodeBatch('traces', { resourceSpans: [{ scopeSpans: [{ spans }] }] })
  for (let i = 0; i < 10; i++) expect(await store.consumer.consume(batch, {})).toEqual({})
  await store.flush()
  expect(store.status()).toMatchObject({ queuedBytes: 0, segmentsWaiting: 0 })
  // Those who wait for a session have a time limit, too.
  await expect(store.query(sql`SELECT 1`, { maxExecutionMs: 50 })).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' })
  abort.abort()
  for (const outcome of await Promise.all(endless)) expect(outcome).toMatch(/was cancelled/)
  expect((await store.query(sql`SELECT count() AS n FROM spans`)).rows).toEqual([{ n: '1000' }])
  await expect.poll(running, { timeout: 20_000 }).toBe(0)
})

test('a query that is cancelled right after it was asked ends in the engine, too', async () => {
  for (let delayMs = 0; delayMs < 12; delayMs++) {
    const abort = new AbortController()
    const asked = store.query(ENDLESS, { abort: abort.signal })
    setTimeout(() => abort.abort(), delayMs)
    await expect(asked).rejects.toMatchObject({ code: 'QUERY_CANCELLED' })
  }
  await expect.poll(running, { timeout: 20_000 }).toBe(0)
})

test('a large answer is the same as a small one, and lets others work while it is taken in', async () => {
  let turns = 0
  const ticking = setInterval(() => turns++, 1)
  const { rows, complete } = await store.query<{ number: string; text: string }>(
    sql`SELECT number, concat('line\n"],[\t', toString(number)) AS text FROM numbers(300000)`,
  )
  clearInterval(ticking)
  expect(complete).toBe(true)
  expect(rows).toHaveLength(300_000)
  expect(rows.at(-1)).toEqual({ number: '299999', text: 'line\n"],[\t299999' })
  expect(rows.every((row, i) => row.number === String(i))).toBe(true)
  expect(turns).toBeGreaterThan(5)
})
