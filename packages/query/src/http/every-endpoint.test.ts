import type { Endpoint } from '@clew/contract/endpoint'
import { endpointUrl } from '@clew/contract/client'
import { apiError } from '@clew/contract/common'
import { endpoints } from '@clew/contract/endpoints'
import { generateTelemetry } from '@clew/testkit/telemetry-generator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../testdata/test-server.ts'
import { routes } from './routes.ts'
import { SESSION_ENDPOINTS } from './session-routes.ts'
import { streams } from './streams.ts'

let server: TestServer
let traceId: string
let spanId: string

beforeAll(async () => {
  server = await startTestServer()
  const data = generateTelemetry({ seed: 3, traces: 40, endNanos: BigInt(Date.now()) * 1_000_000n })
  await server.send(...data.traceBatches, ...data.logBatches, data.metricBatch)
  const [span] = data.traces.at(-1) ?? []
  traceId = span?.span.traceId ?? ''
  spanId = span?.span.spanId ?? ''
})
afterAll(async () => await server.close())

/** A good input for every endpoint that needs one. */
const SAMPLE: Readonly<Record<string, () => Record<string, unknown>>> = {
  startBackup: () => ({ name: 'one' }),
  getBackup: () => ({ name: 'one' }),
  getTrace: () => ({ traceId }),
  getSpan: () => ({ traceId, spanId }),
  searchTraceSpans: () => ({ traceId, q: 'kind=server' }),
  attributeValues: () => ({ key: 'http.request.method' }),
  decideKey: () => ({ key: 'order.id', action: 'promote' }),
  getService: () => ({ service: 'orders' }),
  metricLabels: () => ({ name: 'http.server.request.duration' }),
  metricSeries: () => ({ name: 'http.server.request.duration' }),
  setAgents: () => ({ settings: '{"sampling":{"share":1}}' }),
}
const sampleOf = (endpoint: Endpoint): Record<string, unknown> => SAMPLE[endpoint.id]?.() ?? {}

test('every endpoint is answered, by a document or by a stream', () => {
  const answered = [...[...routes, ...streams].map(({ endpoint }) => endpoint), ...SESSION_ENDPOINTS].map(
    ({ id }) => id,
  )
  expect([...answered].sort()).toEqual(endpoints.map((endpoint) => endpoint.id).sort())
})

describe.each(routes.map(({ endpoint }) => [endpoint.id, endpoint] as const))('%s', (_id, endpoint) => {
  test('answers a good request in its own form', async () => {
    const { status, body } = await server.get(endpointUrl(endpoint, sampleOf(endpoint)), { method: endpoint.method })
    expect(body).toSatisfy((document: unknown) => {
      const parsed = endpoint.output.safeParse(document)
      if (!parsed.success)
        throw new Error(`${status} ${parsed.error.message}\n${JSON.stringify(document).slice(0, 600)}`)
      return true
    })
    expect(status).toBe(200)
  })

  const shape = 'shape' in endpoint.input ? Object.keys(endpoint.input.shape as object) : []
  const garbage = [
    '',
    '\u0000',
    "' OR 1=1 --",
    '-1',
    '1e99',
    '%',
    '\u{1F600}'.repeat(200),
    '9'.repeat(400),
    '../..',
    '{p0:String}',
  ]
  test.each(shape)('garbage in %s is refused or answered, never a failure', async (parameter) => {
    for (const value of garbage) {
      const url = endpointUrl(endpoint, { ...sampleOf(endpoint), [parameter]: value })
      const { status, body } = await server.get(url, { method: endpoint.method })
      if (status === 200) expect(endpoint.output.safeParse(body).success).toBe(true)
      else {
        expect(apiError.safeParse(body).success, `${url} ${JSON.stringify(body)}`).toBe(true)
        expect([400, 404], `${url} ${JSON.stringify(body)}`).toContain(status)
      }
    }
  })
})
