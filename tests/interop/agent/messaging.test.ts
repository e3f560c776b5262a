import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SinkSpan } from '@clew/testkit/otlp-sink'
import { startNats } from '../servers/nats.ts'
import { startRabbit } from '../servers/rabbitmq.ts'
import { startRedis } from '../servers/redis.ts'
import type { TestServer } from '../servers/start-server.ts'
import { byText, inServerSpan, KIND, library, runApp, type AppRun } from './run-app.ts'

let redis: TestServer
let rabbit: TestServer
let natsServer: TestServer
let peer: Server

beforeAll(async () => {
  peer = createServer((_request, response) => response.end('ok'))
  await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve))
  ;[redis, rabbit, natsServer] = await Promise.all([startRedis(), startRabbit(), startNats()])
})
afterAll(async () => {
  peer?.close()
  await Promise.all([redis?.close(), rabbit?.close(), natsServer?.close()])
})

function env(more: Record<string, string> = {}): Record<string, string> {
  return {
    TEST_PEER: `http://127.0.0.1:${(peer.address() as AddressInfo).port}/work`,
    TEST_REDIS: `redis://127.0.0.1:${redis.port}`,
    TEST_RABBIT: `amqp://127.0.0.1:${rabbit.port}`,
    TEST_NATS: `nats://127.0.0.1:${natsServer.port}`,
    ...more,
  }
}

const ofKind = ({ spans }: AppRun, kind: number): SinkSpan[] => spans.filter((span) => span.kind === kind)

/** The calls that consumers make while they work on a message. */
function workIn(run: AppRun, consumer: SinkSpan): SinkSpan[] {
  return run.spans.filter((span) => span.parentSpanId === consumer.spanId && span.values['url.full'] !== undefined)
}

describe(library('bullmq'), () => {
  it('the job is worked on in the trace of the request that has added it', async () => {
    const run = await runApp('bullmq.mjs', { env: env() })
    const producers = inServerSpan(run.spans)
    expect(producers.map((span) => [span.kind, span.name])).toEqual([
      [KIND.producer, 'add mails'],
      [KIND.producer, 'addBulk mails'],
    ])
    const consumers = ofKind(run, KIND.consumer)
    expect(consumers.map((span) => span.name)).toEqual(['process mails', 'process mails', 'process mails'])
    expect(new Set(consumers.map((span) => span.parentSpanId))).toEqual(new Set(producers.map((span) => span.spanId)))
    for (const consumer of consumers) {
      expect(consumer.values).toMatchObject({
        'messaging.system': 'bullmq',
        'messaging.destination.name': 'mails',
        'messaging.operation.type': 'process',
        'messaging.message.id': expect.any(String),
      })
      expect(workIn(run, consumer)).toHaveLength(1)
    }
    expect(consumers.filter((span) => span.status?.code === 2).map((span) => span.values['error.type'])).toEqual([
      'TypeError',
    ])
    for (const name of ['messaging.process.duration', 'messaging.client.operation.duration']) {
      expect(run.metrics).toContain(name)
    }
  })

  it('or in a trace of its own with a link, when asked', async () => {
    const run = await runApp('bullmq.mjs', { env: env({ CLEW_INSTRUMENTATION_BULLMQ: '{"consumer":"link"}' }) })
    const producers = ofKind(run, KIND.producer)
    for (const consumer of ofKind(run, KIND.consumer)) {
      expect(consumer.parentSpanId ?? '').toBe('')
      expect(producers.map((span) => span.spanId)).toContain(consumer.links?.[0]?.spanId)
      expect(workIn(run, consumer)).toHaveLength(1)
    }
  })
})

it(`${library('amqplib')}: a message of RabbitMQ`, async () => {
  const run = await runApp('amqplib.mjs', { env: env() })
  const [producer] = ofKind(run, KIND.producer)
  const [consumer] = ofKind(run, KIND.consumer)
  expect(inServerSpan(run.spans)).toContain(producer)
  expect(consumer?.parentSpanId).toBe(producer?.spanId)
  expect([producer?.name, consumer?.name]).toEqual(['publish mails', 'process mails'])
  for (const [span, operation, type] of [
    [producer, 'publish', 'send'],
    [consumer, 'process', 'process'],
  ] as const) {
    expect(span?.values).toMatchObject({
      'messaging.system': 'rabbitmq',
      'messaging.destination.name': 'mails',
      'messaging.operation.name': operation,
      'messaging.operation.type': type,
      'server.address': '127.0.0.1',
    })
    expect(span?.values).not.toHaveProperty('messaging.destination')
  }
  expect(workIn(run, consumer!)).toHaveLength(1)
})

describe(library('kafkajs'), () => {
  it('each message', async () => {
    const run = await runApp('kafkajs.mjs', { env: env() })
    const producers = ofKind(run, KIND.producer)
    const consumers = ofKind(run, KIND.consumer)
    expect(producers).toHaveLength(2)
    expect(consumers.map((span) => span.parentSpanId).toSorted(byText)).toEqual(
      producers.map((span) => span.spanId).toSorted(byText),
    )
    for (const consumer of consumers) {
      expect(consumer.values).toMatchObject({ 'messaging.system': 'kafka', 'messaging.destination.name': 'mails' })
      expect(workIn(run, consumer)).toHaveLength(1)
    }
  })

  it('a batch', async () => {
    const run = await runApp('kafkajs.mjs', { args: ['batch'], env: env() })
    const senders = ofKind(run, KIND.producer).map((span) => span.spanId)
    const consumers = ofKind(run, KIND.consumer)
    expect(consumers.flatMap((span) => span.links?.map((link) => link.spanId)).toSorted(byText)).toEqual(
      senders.toSorted(byText),
    )
    const poll = run.spans.find((span) => span.spanId === consumers[0]?.parentSpanId)
    expect(poll).toMatchObject({ name: 'poll mails', kind: KIND.client })
    expect(workIn(run, poll!)).toHaveLength(1)
  })

  it.each([
    ['each message', []],
    ['a batch', ['batch']],
  ])('%s, as asked: part of the senders’ traces, or links', async (_what, args) => {
    const [parent, link] = await Promise.all([
      runApp('kafkajs.mjs', { args, env: env({ CLEW_MESSAGING_CONSUMER: 'parent' }) }),
      runApp('kafkajs.mjs', { args, env: env({ CLEW_INSTRUMENTATION_KAFKAJS: '{"consumer":"link"}' }) }),
    ])
    const sendersOf = (run: AppRun): (string | undefined)[] => ofKind(run, KIND.producer).map((span) => span.spanId)
    const below = ofKind(parent, KIND.consumer)
    expect(below.map((span) => span.parentSpanId).toSorted(byText)).toEqual(sendersOf(parent).toSorted(byText))
    const poll = parent.spans.find((span) => span.name === 'poll mails')
    expect(below.map((span) => span.links?.[0]?.spanId)).toEqual(
      args.length === 0 ? [undefined, undefined] : [poll?.spanId, poll?.spanId],
    )
    const linked = ofKind(link, KIND.consumer)
    expect(linked.map((span) => span.links?.[0]?.spanId).toSorted(byText)).toEqual(sendersOf(link).toSorted(byText))
    const senders = new Set(sendersOf(link))
    expect(linked.filter((span) => senders.has(span.parentSpanId))).toEqual([])
  })
})

it(`${library('@aws-sdk/client-sqs')} and SNS`, async () => {
  const run = await runApp('aws.mjs', { env: env() })
  const producers = ofKind(run, KIND.producer)
  expect(producers.map((span) => span.name)).toEqual(['mails send', 'mails send', 'news send'])
  // The requests below are what these calls are, so they are not shown again.
  expect(inServerSpan(run.spans).map((span) => span.spanId)).toEqual(producers.map((span) => span.spanId))
  expect(run.stdout).toContain('sns true')
  const [one, batch] = producers.map((span) => span.spanId)
  const [received] = ofKind(run, KIND.consumer)
  expect(received?.links?.map((link) => link.spanId)).toEqual([one, batch, batch])
  expect(received?.values).toMatchObject({ 'messaging.system': 'aws_sqs', 'messaging.batch.message_count': 3 })
})

describe.each([['for-of'], ['forEach'], ['map']])(`${library('@aws-sdk/client-sqs')}, %s`, (way) => {
  it('work on messages is part of their senders’ traces, when asked', async () => {
    const run = await runApp('aws.mjs', {
      args: [way],
      env: env({ CLEW_INSTRUMENTATION_AWS_SDK: '{"consumer":"parent"}' }),
    })
    const [one, batch] = ofKind(run, KIND.producer).map((span) => span.spanId)
    const work = run.spans.filter((span) => span.name === 'process mails')
    expect(work.map((span) => span.parentSpanId)).toEqual([one, batch, batch])
    for (const span of work) expect(workIn(run, span)).toHaveLength(1)
    const after = run.spans.find((span) => String(span.values['url.full']).endsWith('/after'))
    expect(after?.parentSpanId ?? '').toBe('')
  })
})

it(library('mqtt'), async () => {
  const run = await runApp('mqtt.mjs', { env: env() })
  const [producer] = inServerSpan(run.spans)
  const [consumer] = ofKind(run, KIND.consumer)
  expect(producer).toMatchObject({ kind: KIND.producer, name: 'publish mails', values: { 'messaging.system': 'mqtt' } })
  expect(consumer).toMatchObject({ name: 'process mails', parentSpanId: producer?.spanId })
  expect(workIn(run, consumer!)).toHaveLength(1)
})

describe.each([
  [library('@nats-io/transport-node'), '20.19', false],
  [library('@nats-io/transport-node'), '26', false],
  [library('nats', true), '22', true],
  [library('nats', true), '24', true],
])('%s, Node %s', (_library, node, older) => {
  const about = { args: older ? ['nats'] : [], older, node }

  it('callbacks, loops and requests, and streams', async () => {
    const run = await runApp('nats.mjs', { ...about, env: env() })
    const named = (name: string): SinkSpan[] => run.spans.filter((span) => span.name === name)
    const callTo = (path: string): SinkSpan => {
      const found = run.spans.filter((span) => String(span.values['url.full']).endsWith(`/${path}`))
      expect([path, found.length]).toEqual([path, 1])
      return found[0]!
    }
    const sent = inServerSpan(run.spans)
    expect(sent.map((span) => [span.kind, span.name])).toEqual([
      [KIND.producer, 'publish called.one'],
      [KIND.producer, 'request asked'],
      [KIND.producer, 'publish looped'],
      [KIND.producer, 'publish looped'],
      [KIND.producer, 'publish big'],
    ])
    const [called] = named('process called.*')
    expect(called).toMatchObject({ kind: KIND.consumer, parentSpanId: sent[0]?.spanId, traceId: sent[0]?.traceId })
    expect(called?.values).toMatchObject({
      'messaging.system': 'nats',
      'messaging.destination.name': 'called.one',
      'messaging.destination.template': 'called.*',
      'messaging.consumer.group.name': 'workers',
      'server.address': '127.0.0.1',
      'server.port': natsServer.port,
    })
    expect(callTo('called').parentSpanId).toBe(called?.spanId)
    const [asked] = named('process asked')
    expect(asked?.parentSpanId).toBe(sent[1]?.spanId)
    expect(callTo('asked').parentSpanId).toBe(asked?.spanId)

    const loops = named('process looped')
    expect(loops.map((span) => span.parentSpanId).toSorted(byText)).toEqual(
      [sent[2]?.spanId, sent[3]?.spanId].toSorted(byText),
    )
    for (const n of ['1', '2']) {
      const turn = loops.find((span) => span.spanId === callTo(`looped-${n}`).parentSpanId)
      expect(turn?.parentSpanId).toBe(sent[1 + Number(n)]?.spanId)
      expect(callTo(`looped-late-${n}`).parentSpanId).toBe(turn?.spanId)
    }
    // The loop leaves nothing behind.
    for (const path of ['before-loop', 'after-loop']) expect(callTo(path).parentSpanId ?? '').toBe('')

    const published = named('publish mails.new')
    expect(published).toHaveLength(4)
    const [fetched, consumed] = ['fetched', 'consumed'].map((path) => {
      const calls = run.spans.filter((span) => String(span.values['url.full']).endsWith(`/${path}`))
      return run.spans.find((span) => span.spanId === calls[0]?.parentSpanId)
    })
    expect(fetched).toMatchObject({ name: 'process MAILS', parentSpanId: published[0]?.spanId })
    expect(consumed).toMatchObject({ name: 'process MAILS', parentSpanId: published[2]?.spanId })
    const [received] = named('receive MAILS')
    expect(received?.links?.map((link) => link.spanId)).toEqual([published[1]?.spanId])
    // Nothing of what the client says to the server.
    expect(run.spans.filter((span) => /\$JS|_INBOX/.test(span.name ?? ''))).toEqual([])
    for (const name of ['messaging.process.duration', 'messaging.client.operation.duration']) {
      expect(run.metrics).toContain(name)
    }
  })

  it('or traces of their own with a link, when asked', async () => {
    const run = await runApp('nats.mjs', { ...about, env: env({ CLEW_INSTRUMENTATION_NATS: '{"consumer":"link"}' }) })
    const consumers = ofKind(run, KIND.consumer)
    expect(consumers.length).toBeGreaterThanOrEqual(6)
    const producers = ofKind(run, KIND.producer).map((span) => span.spanId)
    for (const consumer of consumers) {
      expect(consumer.parentSpanId ?? '').toBe('')
      expect(producers).toContain(consumer.links?.[0]?.spanId)
    }
  })
})
