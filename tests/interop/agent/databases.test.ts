import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SinkSpan } from '@clew/testkit/otlp-sink'
import { startPostgres } from '../servers/postgres.ts'
import { startRedis } from '../servers/redis.ts'
import type { TestServer } from '../servers/start-server.ts'
import { byText, inServerSpan, KIND, library, runApp, type AppRun } from './run-app.ts'

let postgres: TestServer
let redis: TestServer

beforeAll(async () => {
  ;[postgres, redis] = await Promise.all([startPostgres(), startRedis()])
})
afterAll(async () => {
  await Promise.all([postgres?.close(), redis?.close()])
})

const postgresEnv = (): Record<string, string> => ({
  TEST_POSTGRES: `postgres://clew@127.0.0.1:${postgres.port}/postgres`,
})
const redisEnv = (): Record<string, string> => ({ TEST_REDIS: `redis://127.0.0.1:${redis.port}` })

/** Name and failure of the calls in the request, all of them clients with a peer and stable conventions. */
function calls({ spans, metrics }: AppRun, system: string, port: number | undefined): string[] {
  const found = inServerSpan(spans)
  for (const span of found) {
    expect(span.kind).toBe(KIND.client)
    expect(span.values).toMatchObject({ 'db.system.name': system, 'server.address': '127.0.0.1' })
    expect(span.values['server.port']).toEqual(port ?? expect.any(Number))
    expect(Object.keys(span.values)).not.toContain('db.system')
  }
  expect(metrics).toContain('db.client.operation.duration')
  // What is done outside of a request is no trace of its own.
  expect(spans.filter((span) => span.values['db.system.name'] !== undefined && !span.parentSpanId)).toEqual([])
  return found.map(named)
}

function named({ name, status, values }: SinkSpan): string {
  return status?.code === 2 ? `${name} !${String(values['error.type'])}` : (name ?? '')
}

describe('PostgreSQL', () => {
  it(library('pg'), async () => {
    const run = await runApp('pg.mjs', { env: postgresEnv() })
    expect(calls(run, 'postgresql', postgres.port)).toEqual([
      'INSERT pg_items',
      'SELECT pg_items',
      'SELECT pg_items',
      'SELECT pg_items !42703',
    ])
    const [insert, select] = inServerSpan(run.spans)
    expect(insert?.values).toMatchObject({
      'db.namespace': 'postgres',
      'db.operation.name': 'INSERT',
      'db.collection.name': 'pg_items',
      'db.query.text': 'INSERT INTO pg_items (name) VALUES ($1)',
    })
    expect(select?.values['db.query.text']).toBe('SELECT name FROM pg_items WHERE name = ?')
  })

  it(`${library('pg-pool')}: a callback that waits for a connection keeps its request`, async () => {
    const { spans } = await runApp('pg.mjs', { env: postgresEnv() })
    const turns = spans.filter((span) => /first\d/.test(String(span.values['db.query.text'])))
    expect(turns).toHaveLength(2)
    const servers = spans.filter((span) => span.kind === KIND.server)
    expect(new Set(turns.map((span) => span.parentSpanId)).size).toBe(2)
    for (const turn of turns) expect(servers.map((span) => span.spanId)).toContain(turn.parentSpanId)
  })

  it(library('postgres'), async () => {
    const run = await runApp('postgres.mjs', { env: postgresEnv() })
    expect(calls(run, 'postgresql', postgres.port)).toEqual([
      'INSERT postgres_items',
      'SELECT postgres_items',
      'BEGIN',
      'SELECT postgres_items',
      'COMMIT',
      'SELECT postgres_items !42703',
    ])
  })
})

describe('Redis', () => {
  it.each([
    [library('redis'), 'redis.mjs', 'Error'],
    [library('ioredis'), 'ioredis.mjs', 'ReplyError'],
  ])('%s', async (_library, program, error) => {
    const run = await runApp(program, { env: redisEnv() })
    expect(calls(run, 'redis', redis.port)).toEqual(['SET 0', 'GET 0', 'MULTI 0', `NONSENSE 0 !${error}`])
    const [set, get, multi] = inServerSpan(run.spans)
    expect(set?.values['db.query.text']).toBe('SET user:7 ?')
    expect(get?.values['db.query.text']).toBe('GET user:7')
    expect(multi?.values['db.operation.batch.size']).toBe(2)
  })
})

describe('older versions, by the upstream instrumentations', () => {
  it.each([
    [library('redis', true), 'redis.mjs', 'redis', 4],
    [library('ioredis', true), 'ioredis.mjs', 'redis', 4],
    [library('mysql2', true), 'mysql2.mjs', 'mysql', 3],
  ])('%s', async (_library, program, system, atLeast) => {
    const run = await runApp(program, { env: redisEnv(), older: true })
    const found = inServerSpan(run.spans)
    expect(found.length).toBeGreaterThanOrEqual(atLeast)
    if (program === 'mysql2.mjs') expectCallbacksInTheirRequests(run)
    for (const span of found) {
      expect(span).toMatchObject({
        kind: KIND.client,
        values: { 'db.system.name': system, 'server.address': '127.0.0.1' },
      })
    }
  })
})

it(library('mysql2'), async () => {
  const run = await runApp('mysql2.mjs')
  expect(calls(run, 'mysql', undefined)).toEqual(['SELECT items', 'UPDATE items', 'SELECT items !ER_BAD_FIELD_ERROR'])
  expect(inServerSpan(run.spans)[0]?.values).toMatchObject({
    'db.namespace': 'shop',
    'db.query.text': 'SELECT n FROM items WHERE id = ?',
  })
  expectCallbacksInTheirRequests(run)
})

/** Two requests wait for the one connection of a pool; the callback of each makes a call. */
function expectCallbacksInTheirRequests({ spans }: AppRun): void {
  const queries = ['first_queue', 'second_queue'].map((table) => {
    const query = spans.find((span) => String(span.values['db.query.text']).endsWith(table))
    const inCallback = spans.find((span) => String(span.values['url.full']).endsWith(`/${table}`))
    expect(query?.traceId).toBeDefined()
    expect(inCallback).toMatchObject({ traceId: query?.traceId, parentSpanId: query?.parentSpanId })
    return query
  })
  expect(new Set(queries.map((query) => query?.traceId)).size).toBe(2)
}

describe('MongoDB', () => {
  it(library('mongodb'), async () => {
    const run = await runApp('mongodb.mjs')
    expect(calls(run, 'mongodb', undefined)).toEqual(['insert items', 'find items', 'find items !2'])
    const [, find] = inServerSpan(run.spans)
    expect(find?.values).toMatchObject({ 'db.namespace': 'shop', 'db.query.text': 'find {"filter":{"name":"?"}}' })
    expect(JSON.stringify(run.spans.map((span) => span.values))).not.toContain('secret')
    // Two requests that wait for one connection.
    const servers = new Set(run.spans.filter((span) => span.kind === KIND.server).map((span) => span.spanId))
    const narrow = run.spans.filter((span) => /^find [ab]$/.test(span.name ?? ''))
    expect(new Set(narrow.map((span) => span.parentSpanId)).size).toBe(2)
    for (const span of narrow) expect(servers).toContain(span.parentSpanId)
  })

  it(`${library('mongoose')}: the calls of its driver, once`, async () => {
    expect(calls(await runApp('mongoose.mjs'), 'mongodb', undefined)).toEqual(['insert items', 'find items'])
  })
})

describe('one call of an object-relational mapper is one span', () => {
  it(`${library('knex')}, whose builders are thenables and whose pool has a queue`, async () => {
    const { spans } = await runApp('knex.mjs', { env: postgresEnv() })
    const servers = spans.filter((span) => span.kind === KIND.server).map((span) => span.spanId)
    const under = (id: string | undefined): string[] =>
      spans
        .filter((span) => span.parentSpanId === id)
        .map((span) => span.name ?? '')
        .toSorted(byText)
    expect(servers.map(under)).toEqual([
      ['INSERT knex_items', 'SELECT knex_items'],
      ['INSERT knex_items', 'SELECT knex_items'],
    ])
  })

  it(`${library('drizzle-orm')} on pg and on postgres.js`, async () => {
    const run = await runApp('drizzle.mjs', { env: postgresEnv() })
    expect(calls(run, 'postgresql', postgres.port)).toEqual(['INSERT drizzle_items', 'SELECT drizzle_items'])
  })

  it(`${library('@prisma/client')} on its adapter for pg`, async () => {
    const run = await runApp('prisma.mjs', { env: postgresEnv() })
    expect(calls(run, 'postgresql', postgres.port)).toEqual([
      'INSERT public.Order',
      'SELECT public.Order',
      'BEGIN',
      'SELECT SELECT public.Order',
      'DELETE public.Order',
      'COMMIT',
    ])
  })

  it(`${library('@prisma/instrumentation')}: Prisma’s own spans join, the driver’s are below them`, async () => {
    const { spans } = await runApp('prisma.mjs', { args: ['instrumented'], env: postgresEnv() })
    const server = spans.find((span) => span.kind === KIND.server)
    const inRequest = spans.filter((span) => span.traceId === server?.traceId)
    const below = inServerSpan(spans)
    expect(below.map((span) => [span.scope, span.name])).toEqual([
      ['prisma', 'prisma:client:operation'],
      ['prisma', 'prisma:client:operation'],
      ['prisma', 'prisma:client:transaction'],
    ])
    const calls = inRequest.filter((span) => span.values['db.system.name'] !== undefined && span.scope !== 'prisma')
    expect(calls).toHaveLength(6)
    const parents = new Map(inRequest.map((span) => [span.spanId, span]))
    for (const call of calls) {
      expect(parents.get(call.parentSpanId)?.name).toMatch(/^prisma:client:(?:db_query|start_transaction)$/)
    }
  })

  it(library('typeorm'), async () => {
    const run = await runApp('typeorm.mjs', { env: postgresEnv() })
    expect(calls(run, 'postgresql', postgres.port)).toEqual(['INSERT typeorm_items', 'SELECT typeorm_items'])
  })
})
