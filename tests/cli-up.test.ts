import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually, newDataDir, removeDataDirs, runClew, startClew } from './clew-process.ts'
import type { ClewProcess } from './clew-process.ts'
import { sendWithOfficialSdk } from './sdk-exporters.ts'

interface Traces {
  readonly traces: { traceId: string; rootName: string | null; spanCount: number; errorCount: number }[]
}

let clew: ClewProcess
let traceId: string

beforeAll(async () => {
  clew = await startClew()
  traceId = await sendWithOfficialSdk(clew, 'cart')
  await eventually(async () => {
    const { stdout } = await runClew(['traces', '--json', '--service', 'cart'], { env: clew.env })
    return (JSON.parse(stdout) as Traces).traces.length > 0 ? true : undefined
  })
})

afterAll(async () => {
  await clew?.stop()
  removeDataDirs()
})

describe('clew up, fed by the official SDK', () => {
  it('finds the trace by service, attribute and error', async () => {
    for (const query of [
      ['--service', 'cart'],
      ['http.response.status_code=500'],
      ['--errors', '--name', 'SELECT cart'],
      ['db.system.name=postgresql'],
    ]) {
      const { stdout, code } = await runClew(['traces', '--json', ...query], { env: clew.env })
      expect(code).toBe(0)
      expect((JSON.parse(stdout) as Traces).traces).toMatchObject([
        { traceId, rootName: 'GET /cart', spanCount: 2, errorCount: 1 },
      ])
    }
    const none = await runClew(['traces', '--json', 'http.response.status_code=404'], { env: clew.env })
    expect((JSON.parse(none.stdout) as Traces).traces).toEqual([])
  })

  it('draws the trace as a waterfall, also by an id in capitals', async () => {
    const { stdout } = await runClew(['trace', traceId.toUpperCase()], { env: clew.env })
    expect(stdout).toContain(traceId)
    expect(stdout).toMatch(/^cart: GET \/cart +.*█/m)
    expect(stdout).toMatch(/^ {2}✗ cart: SELECT cart +/m)
  })

  it('shows one span with everything it carries', async () => {
    const { stdout: json } = await runClew(['trace', traceId, '--json'], { env: clew.env })
    const spanIds = (JSON.parse(json) as { spans: { spanId: string[] } }).spans.spanId
    const { stdout } = await runClew(['trace', traceId, '--span', spanIds[1] as string], { env: clew.env })
    expect(stdout).toContain('cart: SELECT cart')
    expect(stdout).toContain('status error: deadlock detected')
    expect(stdout).toMatch(/db\.system\.name +postgresql/)
  })

  it('finds the log record by text, severity and trace', async () => {
    for (const query of [['slow'], ['--severity', 'warn', '--service', 'cart'], ['--trace', traceId]]) {
      const { stdout } = await runClew(['logs', ...query], { env: clew.env })
      expect(stdout).toMatch(new RegExp(`WARN +cart cart of cart is slow trace=${traceId}`))
    }
  })

  it('lists the service', async () => {
    const { stdout } = await runClew(['services'], { env: clew.env })
    expect(stdout).toMatch(/^cart +/m)
  })

  it('keeps the metric', async () => {
    const answer = await eventually(async () => {
      const response = await fetch(`${clew.ui}/api/metrics?start=now-1h`)
      const { metrics } = (await response.json()) as { metrics: { name: string; type: string }[] }
      return metrics.find(({ name }) => name === 'carts.opened')
    })
    expect(answer.type).toBe('sum')
  })

  it('answers the Jaeger query API', async () => {
    const services = (await (await fetch(`${clew.ui}/jaeger/api/services`)).json()) as { data: string[] }
    expect(services.data).toContain('cart')
    const found = (await (await fetch(`${clew.ui}/jaeger/api/traces?service=cart&lookback=1h&limit=20`)).json()) as {
      data: { traceID: string; spans: { operationName: string }[] }[]
    }
    expect(found.data.map(({ traceID }) => traceID)).toEqual([traceId])
    expect(found.data[0]?.spans.map(({ operationName }) => operationName).toSorted()).toEqual([
      'GET /cart',
      'SELECT cart',
    ])
  })

  it('serves health, own metrics, the API description and the UI', async () => {
    expect(await (await fetch(`${clew.ui}/healthz`)).text()).toBe('ok\n')
    expect((await fetch(`${clew.ui}/readyz`)).status).toBe(200)
    expect(await (await fetch(`${clew.ui}/metrics`)).text()).toMatch(/^otelcol_receiver_accepted_spans_total\{.*\} 2$/m)
    expect(((await (await fetch(`${clew.ui}/api/openapi.json`)).json()) as { openapi: string }).openapi).toMatch(/^3\./)
    expect(await (await fetch(`${clew.ui}/`)).text()).toMatch(/<div id="/)
  })

  it('keeps its books: received = stored + dropped + refused + queued', async () => {
    const { totals } = (await (await fetch(`${clew.ui}/api/pipeline`)).json()) as {
      totals: Record<'received' | 'stored' | 'forwarded' | 'dropped' | 'refused' | 'queued', Record<string, number>>
    }
    for (const signal of ['traces', 'logs', 'metrics']) {
      const of = (name: keyof typeof totals): number => totals[name][signal] ?? Number.NaN
      expect(of('received')).toBeGreaterThan(0)
      expect(of('received')).toBe(of('stored') + of('forwarded') + of('dropped') + of('refused') + of('queued'))
    }
  })

  it('tells how to send to it, with its real ports', async () => {
    const status = (await (await fetch(`${clew.ui}/api/status`)).json()) as {
      hasData: boolean
      setup: { id: string; command: string }[]
    }
    expect(status.hasData).toBe(true)
    expect(status.setup.find(({ id }) => id === 'node')?.command).toContain(`--endpoint ${clew.otlpHttp}`)
    expect(status.setup.find(({ id }) => id === 'env')?.command).toContain(
      `OTEL_EXPORTER_OTLP_ENDPOINT=${clew.otlpHttp}`,
    )
  })

  it('passes its own doctor', async () => {
    const { stdout, code } = await runClew(['doctor', '--json'], { env: clew.env })
    const report = JSON.parse(stdout) as { checks: { name: string; result: string; detail: string }[] }
    expect(report.checks.find(({ name }) => name === 'send and find')).toMatchObject({ result: 'ok' })
    expect(report.checks.filter(({ result }) => result === 'problem')).toEqual([])
    expect(code).toBe(0)
  })

  it('says when it counted the rows of the store: what could be found then is among them', async () => {
    // Answers from before this moment may lack rows, and show it.
    const spansCountedAfter = (momentMs: number): Promise<number> =>
      eventually(async () => {
        const { store } = (await (await fetch(`${clew.ui}/api/pipeline`)).json()) as {
          store: { rows: { traces: number }; countedNanos: string | null }
        }
        return Number(store.countedNanos) / 1e6 >= momentMs ? store.rows.traces : undefined
      })
    const before = await spansCountedAfter(Date.now())
    const sent = (await (await fetch(`${clew.ui}/api/test-trace`, { method: 'POST' })).json()) as { traceId: string }
    const sentSpans = await eventually(async () => {
      const response = await fetch(`${clew.ui}/api/traces/${sent.traceId}`)
      return response.status === 404 ? undefined : ((await response.json()) as { spanCount: number }).spanCount
    })
    expect(await spansCountedAfter(Date.now())).toBe(before + sentSpans)
  })

  it('has the doctor name what agents could not instrument', async () => {
    const text = 'express was loaded before the agent'
    const timeUnixNano = `${BigInt(Date.now()) * 1_000_000n}`
    const record = { timeUnixNano, eventName: 'clew.agent.finding', severityNumber: 13, body: { stringValue: text } }
    const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'till' } }] }
    const body = JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords: [record] }] }] })
    const headers = { 'content-type': 'application/json' }
    expect((await fetch(`${clew.otlpHttp}/v1/logs`, { method: 'POST', headers, body })).status).toBe(200)
    const agents = await eventually(async () => {
      const { stdout } = await runClew(['doctor', '--json'], { env: clew.env })
      const { checks } = JSON.parse(stdout) as { checks: { name: string; result: string; detail: string }[] }
      return checks.find(({ name, result }) => name === 'agents' && result === 'warning')
    })
    expect(agents.detail).toBe(`till: ${text}`)
  })

  it('refuses a second process on its data directory, and says who has it', async () => {
    const { code, stderr } = await runClew([
      'up',
      '--data-dir',
      clew.dataDir,
      '--port',
      '0',
      '--otlp-grpc-port',
      '0',
      '--otlp-http-port',
      '0',
    ])
    expect(code).toBe(5)
    expect(stderr).toContain(`uses the data directory ${clew.dataDir}; its UI is at ${clew.ui}`)
    expect(stderr).toContain('--data-dir')
  })

  it.each([
    ['--port', 'ui'],
    ['--otlp-http-port', 'otlpHttp'],
    ['--otlp-grpc-port', 'otlpGrpc'],
  ] as const)('names the port in use and %s', async (flag, endpoint) => {
    const port = new URL(clew[endpoint]).port
    const args = [
      'up',
      '--data-dir',
      newDataDir(),
      '--port',
      '0',
      '--otlp-grpc-port',
      '0',
      '--otlp-http-port',
      '0',
      flag,
      port,
    ]
    const { code, stderr } = await runClew(args)
    expect(code).toBe(5)
    expect(stderr).toContain(`port ${port} on 127.0.0.1 is in use`)
    expect(stderr).toContain(`${flag} <port>`)
    if (flag === '--port') expect(stderr).toContain(`another Clew runs here: ${clew.ui}`)
  })
})
