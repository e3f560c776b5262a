import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { plainAttributes } from '@clew/testkit/otlp-sink'
import { startPostgres } from '../servers/postgres.ts'
import { startRabbit } from '../servers/rabbitmq.ts'
import { startRedis } from '../servers/redis.ts'
import type { TestServer } from '../servers/start-server.ts'
import { library, runApp, type AppRun } from './run-app.ts'

let servers: TestServer[]
let peer: Server
let env: Record<string, string>

beforeAll(async () => {
  peer = createServer((_request, response) => response.end('ok'))
  await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve))
  servers = await Promise.all([startPostgres(), startRedis(), startRabbit()])
  const [postgres, redis, rabbit] = servers.map(({ port }) => port)
  env = {
    TEST_PEER: `http://127.0.0.1:${(peer.address() as AddressInfo).port}/work`,
    TEST_POSTGRES: `postgres://clew@127.0.0.1:${postgres}/postgres`,
    TEST_REDIS: `redis://127.0.0.1:${redis}`,
    TEST_RABBIT: `amqp://127.0.0.1:${rabbit}`,
  }
})
afterAll(async () => {
  peer?.close()
  await Promise.all((servers ?? []).map((server) => server.close()))
})

/** The series of a metric in its last report, and how many of its exemplars lead to spans that have arrived. */
function series({ reports, spans }: AppRun, name: string): { count: number; attributes: object; led: number }[] {
  const ids = new Set(spans.map(({ traceId, spanId }) => `${traceId} ${spanId}`))
  const last = reports.findLast((metric) => metric.name === name)
  return (last?.histogram?.dataPoints ?? []).map((point) => ({
    count: Number(point.count),
    attributes: plainAttributes(point.attributes),
    led: (point.exemplars ?? []).filter(({ traceId, spanId }) => ids.has(`${traceId} ${spanId}`)).length,
  }))
}

const CALL = 'db.client.operation.duration'
const SENT = 'messaging.client.operation.duration'
const WORKED = 'messaging.process.duration'
const MAILS = { 'messaging.destination.name': 'mails' }

type Expected = readonly [metric: string, attributes: Readonly<Record<string, unknown>>]

const redis: Expected = [CALL, { 'db.system.name': 'redis', 'db.operation.name': 'GET' }]
const messages = (system: string, failed: object = {}): Expected[] => [
  [SENT, { 'messaging.system': system, ...MAILS }],
  [WORKED, { 'messaging.system': system, ...MAILS, ...failed }],
]

it.each<[string, string, boolean, readonly Expected[]]>([
  [
    library('pg'),
    'pg.mjs',
    false,
    [[CALL, { 'db.system.name': 'postgresql', 'db.operation.name': 'SELECT', 'error.type': '42703' }]],
  ],
  [library('redis'), 'redis.mjs', false, [redis]],
  [library('redis', true), 'redis.mjs', true, [redis]],
  [library('mysql2', true), 'mysql2.mjs', true, [[CALL, { 'db.system.name': 'mysql', 'error.type': '_OTHER' }]]],
  [library('bullmq'), 'bullmq.mjs', false, messages('bullmq', { 'error.type': 'TypeError' })],
  [library('kafkajs'), 'kafkajs.mjs', false, messages('kafka')],
  [library('amqplib'), 'amqplib.mjs', false, messages('rabbitmq')],
  [library('@aws-sdk/client-sqs'), 'aws.mjs', false, [[SENT, { 'messaging.system': 'aws_sqs', ...MAILS }]]],
])('%s: durations that lead to their traces', async (_library, program, older, expected) => {
  const run = await runApp(program, { env, older })
  for (const [name, attributes] of expected) {
    const all = series(run, name)
    expect(all.map((one) => one.attributes)).toContainEqual(expect.objectContaining(attributes))
    expect(all.reduce((sum, { led }) => sum + led, 0)).toBeGreaterThan(0)
  }
})

it(`${library('amqplib')}, nothing sampled: durations are complete all the same`, async () => {
  const run = await runApp('amqplib.mjs', { env: { ...env, OTEL_TRACES_SAMPLER: 'always_off' } })
  expect(run.spans).toEqual([])
  for (const name of [SENT, WORKED]) {
    const [one] = series(run, name)
    expect(one).toMatchObject({ count: 1, led: 0, attributes: { 'messaging.system': 'rabbitmq' } })
  }
})
