import { tailLogs } from '@clew/contract/logs'
import { tapPipeline } from '@clew/contract/pipeline'
import type { Batch } from '@clew/otlp/batch'
import { encodeBatch } from '@clew/otlp/encode'
import { generateTelemetry } from '@clew/testkit/telemetry-generator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { attributes, span, spanBatch, spanHex, traceHex } from '../testdata/span-fixture.ts'
import { startTestServer, type ParsedJson, type TestServer } from '../testdata/test-server.ts'
import { logMatcher } from './log-matcher.ts'
import { liveLogs } from './live-logs.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(async () => await server.close())

function logs(...texts: string[]): Batch {
  return encodeBatch('logs', {
    resourceLogs: [
      {
        resource: { attributes: attributes({ 'service.name': 'shop' }) },
        scopeLogs: [
          {
            logRecords: texts.map((text, i) => ({
              body: { stringValue: text },
              severityNumber: 9,
              attributes: attributes({ i: BigInt(i) }),
            })),
          },
        ],
      },
    ],
  })
}

/** Opens a stream; `next` gives the next document. */
async function open(path: string) {
  const abort = new AbortController()
  const response = await server.server.fetch(new Request(`http://localhost${path}`, { signal: abort.signal }))
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const decoder = new TextDecoder()
  let text = ''
  const next = async (): Promise<ParsedJson> => {
    while (true) {
      const found = /(?:^|\n)data: (.*)\n\n/.exec(text)
      if (found !== null) {
        text = text.slice(found.index + found[0].length)
        return JSON.parse(found[1] ?? '')
      }
      const { value, done } = await reader.read()
      if (done) throw new Error('the stream ended')
      text += decoder.decode(value)
    }
  }
  return { next, close: async () => await reader.cancel() }
}

test('a tail shows what matches as it arrives, and ends when nobody listens', async () => {
  const tail = await open(`/api/logs/tail?q=${encodeURIComponent('service=shop hello')}`)
  expect(server.taps.open.size).toBe(1)
  server.taps.offer(logs('hello one', 'other', 'Hello two'))
  const document = tailLogs.output.parse(await tail.next())
  expect(document.logs.map((record) => record.text)).toEqual(['hello one', 'Hello two'])
  expect(document.skipped).toBe(0)
  await tail.close()
  await expect.poll(() => server.taps.open.size).toBe(0)
})

test('a tail keeps to its rate and says what it left out', async () => {
  const tail = await open('/api/logs/tail?maxPerSecond=5')
  server.taps.offer(logs(...Array.from({ length: 20 }, (_, i) => `line ${i}`)))
  const document = tailLogs.output.parse(await tail.next())
  expect(document.logs).toHaveLength(5)
  expect(document.skipped).toBe(15)
  await tail.close()
})

test('the tap shows every signal', async () => {
  const tap = await open('/api/pipeline/tap?maxPerSecond=200')
  const data = generateTelemetry({ seed: 1, traces: 1, endNanos: BigInt(Date.now()) * 1_000_000n })
  const failed = span({ traceId: traceHex(1), spanId: spanHex(2), name: 'it', durationMs: 7, status: { code: 2 } })
  server.taps.offer(spanBatch('svc', [failed]))
  const first = tapPipeline.output.parse(await tap.next())
  expect(first.items).toMatchObject([
    {
      signal: 'traces',
      service: 'svc',
      title: 'it',
      traceId: traceHex(1),
      spanId: spanHex(2),
      durationNanos: 7e6,
      error: true,
    },
  ])
  server.taps.offer(data.metricBatch)
  expect(tapPipeline.output.parse(await tap.next()).items[0]).toMatchObject({ signal: 'metrics', error: false })
  await tap.close()
})

test.each<[string, boolean]>([
  ['', true],
  ['hello', true],
  ['"hello world"', true],
  ['goodbye', false],
  ['-goodbye', true],
  ['service=shop', true],
  ['service!=shop', false],
  ['service:SHO', true],
  ['body="Hello World"', true],
  ['severity=info', true],
  ['severity>=warn', false],
  ['severity<warn', true],
  ['i=0', true],
  ['log.i>=0', true],
  ['log.i>0', false],
  ['i="0"', false],
  ['i:*', true],
  ['resource.i:*', false],
  ['nothing!=1', true],
  ['trace:*', false],
  ['hello OR goodbye', true],
  ['hello goodbye', false],
  ['NOT (hello goodbye)', true],
])('the matcher of live records: %s', (q, expected) => {
  const [record] = liveLogs(logs('Hello World'), 5n, 0)
  expect(record !== undefined && logMatcher(q)(record)).toBe(expected)
})
