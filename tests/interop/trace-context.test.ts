import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildAgent } from '../../packages/agent/src/testdata/build-agent.ts'
import { runProgram, type RunningProgram } from '../../packages/agent/src/testdata/run-program.ts'
import { CASES, INCOMING } from './trace-context/cases.ts'

/** Nothing listens there: conformance is about headers. */
const NO_BACKEND = 'http://127.0.0.1:9'

const SERVICE = new URL('./trace-context/service.mjs', import.meta.url).href

/** What came back to us, one list of raw header pairs for each call of the service. */
let calls: [string, string][][] = []
const peer = createServer((incoming, response) => {
  const raw = incoming.rawHeaders
  calls.push(raw.flatMap((name, at) => (at % 2 === 0 ? [[name, raw[at + 1] ?? ''] as [string, string]] : [])))
  incoming.resume()
  response.end('{}')
})
let peerUrl = ''

beforeAll(async () => {
  buildAgent()
  peer.listen(0, '127.0.0.1')
  await once(peer, 'listening')
  peerUrl = `http://127.0.0.1:${(peer.address() as AddressInfo).port}`
}, 120_000)
afterAll(() => {
  peer.closeAllConnections()
  peer.close()
})

/** Sends one request with exactly these headers, which makes the service call us so many times. */
async function callsAfter(url: string, headers: Iterable<readonly [string, string]>, count = 1): Promise<typeof calls> {
  calls = []
  const body = JSON.stringify(Array.from({ length: count }, () => ({ url: peerUrl, arguments: [] })))
  const fixed = ['host', new URL(url).host, 'content-type', 'application/json', 'content-length', `${body.length}`]
  const sending = request(url, { method: 'POST', agent: false, headers: [...fixed, ...[...headers].flat()] })
  const [response] = (await once(sending.end(body), 'response')) as [NodeJS.ReadableStream & { statusCode: number }]
  expect(response.statusCode).toBe(200)
  await once(response.resume(), 'end')
  expect(calls).toHaveLength(count)
  return calls
}

/** The one `traceparent` of a call, taken apart; fails when there is none, another one, or a malformed one. */
function parentOf(call: [string, string][] | undefined): { traceId: string; spanId: string; flags: string } {
  const values = valuesOf(call, 'traceparent')
  expect(values).toHaveLength(1)
  const [, traceId = '', spanId = '', flags = ''] =
    /^00-([0-9a-f]{32})-([0-9a-f]{16})-(0[0-3])$/.exec(values[0] ?? '') ?? []
  expect(values[0]).toBe(`00-${traceId}-${spanId}-${flags}`)
  expect([traceId, spanId]).not.toContain('0'.repeat(32))
  expect(spanId).not.toBe('0'.repeat(16))
  return { traceId, spanId, flags }
}

function valuesOf(call: [string, string][] | undefined, header: string): string[] {
  return (call ?? []).filter(([name]) => name.toLowerCase() === header).map(([, value]) => value)
}

const VARIANTS = [
  ['our tracer', 'fetch', {}],
  ['our tracer', 'http', {}],
  ["the SDK's tracer", 'fetch', { CLEW_TRACER: 'sdk' }],
  ["the SDK's tracer", 'http', { CLEW_TRACER: 'sdk' }],
] as const

describe.each(VARIANTS)('Express under the agent with %s, calling on with %s:', (_tracer, client, env) => {
  let program: RunningProgram
  let url = ''

  beforeAll(async () => {
    const exporters = { OTEL_TRACES_EXPORTER: 'otlp', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' }
    program = runProgram(SERVICE, [], { ...exporters, OTEL_EXPORTER_OTLP_ENDPOINT: NO_BACKEND, ...env })
    const { stdout } = program.child
    if (stdout === null) throw new Error('the service has no output')
    const [text] = (await once(stdout, 'data')) as [string]
    url = `${/http:\S+/.exec(text)?.[0]}/${client}`
  })
  afterAll(async () => {
    program.child.kill('SIGKILL')
    await program.ended
  })

  describe.each(Object.entries(CASES))('%s', (_subject, cases) => {
    it.each(cases)('$name', async ({ headers, flags, state }) => {
      const [call] = await callsAfter(url, headers)
      const parent = parentOf(call)
      expect(parent.spanId).not.toBe(INCOMING.spanId)
      if (flags === undefined) expect(parent.traceId).not.toBe(INCOMING.traceId)
      else expect(parent).toMatchObject({ traceId: INCOMING.traceId, flags })
      expect(valuesOf(call, 'tracestate')).toEqual(state === undefined ? [] : [state])
    })
  })

  it.each([
    ['a parent', [['traceparent', `00-${INCOMING.traceId}-${INCOMING.spanId}-01`]], true],
    ['no parent', [], false],
    ['a malformed parent', [['traceparent', `00-${'0'.repeat(32)}-${INCOMING.spanId}-01`]], false],
  ] as const)(
    'three calls after one request with %s are of one trace, each with an id of its own',
    async (_, headers, goesOn) => {
      const parents = (await callsAfter(url, headers, 3)).map(parentOf)
      expect(new Set(parents.map((parent) => parent.spanId)).size).toBe(3)
      const traceIds = new Set(parents.map((parent) => parent.traceId))
      expect(traceIds.size).toBe(1)
      expect(traceIds.has(INCOMING.traceId)).toBe(goesOn)
    },
  )
})
