import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeCertificate, type TestCertificate } from './certificate.ts'
import { KIND, runApp } from './run-app.ts'

let certificate: TestCertificate

beforeAll(() => {
  certificate = makeCertificate()
})
afterAll(() => certificate.remove())

const STEPS = { dns: 'clew.dns.duration_ms', connect: 'clew.connect.duration_ms', tls: 'clew.tls.duration_ms' }

it.each(['20.19', '22', '24', '26'])(
  'a request says what it has waited for until it had a connection, node:http and fetch of Node %s',
  async (node) => {
    const { spans } = await runApp('connection-times.mjs', { node, env: certificate.env })
    const clients = spans.filter((span) => span.kind === KIND.client)
    const waited = clients.map(({ values }) => [
      String(values['url.full']).split('/').at(-1),
      Object.entries(STEPS).flatMap(([step, name]) => {
        const tookMs = values[name]
        if (tookMs === undefined) return []
        expect(tookMs).toBeGreaterThanOrEqual(0)
        return [step]
      }),
    ])
    expect(waited).toEqual([
      ['http-new', ['dns', 'connect']],
      ['http-kept', []],
      ['http-address', ['connect']],
      ['https-new', ['dns', 'connect', 'tls']],
      ['https-kept', []],
      ['http-refused', ['dns']],
      ['fetch-new', ['dns', 'connect']],
      ['fetch-kept', []],
      ['fetch-secure', ['dns', 'connect', 'tls']],
      ['fetch-refused', ['dns']],
    ])
    // Attributes instead of spans of their own.
    expect(spans.filter((span) => span.kind === KIND.internal)).toEqual([])
  },
)
