import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SinkSpan } from '@clew/testkit/otlp-sink'
import { byText, KIND, library, runApp, type AppRun } from './run-app.ts'

let peer: Server
let run: AppRun

beforeAll(async () => {
  peer = createServer((_request, response) => response.end('ok'))
  await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', resolve))
  const TEST_PEER = `http://127.0.0.1:${(peer.address() as AddressInfo).port}`
  run = await runApp('contexts.mjs', { env: { TEST_PEER, TEST_WAIT_MS: '3000', OTEL_BSP_SCHEDULE_DELAY: '20' } })
}, 120_000)
afterAll(() => peer?.close())

/** The one call to `/<name>` of the peer, from whichever process or thread. */
function call(name: string): SinkSpan {
  const found = run.spans.filter((span) => String(span.values['url.full']).endsWith(`/${name}`))
  expect(found.length, `calls to /${name}`).toBeGreaterThan(0)
  return found[0]!
}

describe('context is kept through', () => {
  it.each([
    ['promises', ['promises']],
    ['timers, microtasks and ticks', ['timers']],
    ['event emitters', ['emitter']],
    ['streams', ['stream']],
    ['thenables', ['thenable']],
    [`the queue of a pool (${library('generic-pool')})`, ['generic-pool']],
    ['the start of a worker thread', ['worker']],
    ['messages to a worker thread and back', ['worker-message', 'worker-answer']],
    ['a MessagePort', ['port']],
    [library('piscina'), ['piscina']],
    ['the start of a child process', ['child']],
    ['messages to a child process and back', ['ipc', 'ipc-answer']],
    ['messages to a worker of a cluster', ['cluster']],
    ['server-sent events', ['sse']],
    ['a WebSocket', ['ws-answer']],
  ])('%s', (_place, names) => {
    const begin = call(`${names[0]?.replace(/-answer$/, '')}-begin`)
    for (const name of names) {
      const found = call(name)
      expect([name, found.traceId]).toEqual([name, begin.traceId])
      expect(found.parentSpanId).toBe(begin.parentSpanId)
    }
  })

  it('and the request goes on in its own context afterwards', () => {
    const begins = run.spans.filter((span) => String(span.values['url.full']).endsWith('-begin'))
    const ends = run.spans.filter((span) => String(span.values['url.full']).endsWith('-end'))
    expect(ends.length).toBe(15)
    expect(ends.map((span) => span.parentSpanId).toSorted(byText)).toEqual(
      begins.map((span) => span.parentSpanId).toSorted(byText),
    )
  })
})

it(`each message of a WebSocket is a trace of its own with a link to the handshake (${library('ws')})`, () => {
  const handshake = run.spans.find(
    (span) => span.kind === KIND.server && span.values['http.response.status_code'] === 101,
  )
  const message = run.spans.find((span) => span.name === 'message /')
  expect(message?.parentSpanId ?? '').toBe('')
  expect(message?.links?.map((link) => link.spanId)).toEqual([handshake?.spanId])
  expect(call('ws').parentSpanId).toBe(message?.spanId)
})

it.each([
  ['node-cron', library('node-cron')],
  ['cron', `${library('cron')}, CronJob.from`],
  ['cron-new', `${library('cron')}, new CronJob`],
  ['node-schedule', library('node-schedule')],
])('a job of %s begins a trace of its own, also when a request has set it up (%s)', (name) => {
  const parent = run.spans.find((span) => span.spanId === call(`${name}-job`).parentSpanId)
  expect(parent).toMatchObject({ name: 'job * * * * * *', kind: KIND.internal })
  expect(parent?.parentSpanId ?? '').toBe('')
})
