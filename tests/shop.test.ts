import { readdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchPlan } from '@clew/agent/launch'
import { OtlpSink, type SinkSpan } from '@clew/testkit/otlp-sink'
import { startShop } from '../examples/shop/start-shop.mjs'
import { buildAgent } from '@clew/agent/testdata/build-agent'

type Shop = Awaited<ReturnType<typeof startShop>>

let sink: OtlpSink
let shop: Shop
const crashes: string[] = []

beforeAll(async () => {
  buildAgent()
  sink = await OtlpSink.start()
  const { env } = launchPlan({
    command: process.execPath,
    args: [],
    endpoint: sink.url,
    env: { ...process.env, NODE_OPTIONS: undefined },
    findOnPath: () => undefined,
  })
  const { NODE_OPTIONS, ...rest } = env
  shop = await startShop({
    env: rest,
    nodeOptions: NODE_OPTIONS,
    basePort: 0,
    onExit: (name, code) => crashes.push(`${name}: ${code}`),
  })
}, 120_000)

afterAll(async () => {
  await shop?.stop()
  await sink?.close()
}, 30_000)

async function send(path: string, body: unknown): Promise<Response> {
  return fetch(shop.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

function traceWith(find: (span: SinkSpan) => boolean): SinkSpan[] | undefined {
  const id = sink.spans.find(find)?.traceId
  return id === undefined ? undefined : sink.spans.filter((span) => span.traceId === id)
}

function isServer(span: SinkSpan, name: string): boolean {
  return span.service === 'storefront' && span.kind === 2 && span.name === name
}

describe('the example shop under the agent', () => {
  it('shows one checkout as one trace through every service and across the queue', async () => {
    const lines = [{ sku: 'oak-lamp', quantity: 1 }]
    const response = await send('/api/checkout', { email: 'ada@example.com', card: '4242424242424242', lines })
    expect(response.status).toBe(201)
    const { orderId } = (await response.json()) as { orderId: string }

    const everyService = ['inventory', 'orders', 'payments', 'shipping', 'storefront']
    const trace = await sink.waitFor(() => {
      const spans = traceWith((span) => span.values['shop.order.id'] === orderId) ?? []
      const services = new Set(spans.map((span) => span.service))
      const hasRoot = spans.some((span) => span.parentSpanId === undefined)
      return everyService.every((name) => services.has(name)) && hasRoot ? spans : undefined
    }, 'trace of the checkout through all services')

    const roots = trace.filter((span) => span.parentSpanId === undefined)
    expect(roots.map((span) => span.name)).toEqual(['POST /api/checkout'])
    const ids = new Set(trace.map((span) => span.spanId))
    expect(trace.filter((span) => span.parentSpanId !== undefined && !ids.has(span.parentSpanId))).toEqual([])

    const byId = new Map(trace.map((span) => [span.spanId, span]))
    const process = trace.find((span) => span.name === 'process shipments')
    expect(process).toMatchObject({ service: 'shipping', scope: 'shop.shipping', kind: 5 })
    expect(byId.get(process?.parentSpanId)).toMatchObject({ service: 'orders', name: 'shipments send', kind: 4 })
    const charge = trace.find((span) => span.service === 'payments' && span.kind === 2)
    expect(charge?.name).toContain('Payments/Charge')
    expect(byId.get(charge?.parentSpanId)).toMatchObject({ service: 'orders', kind: 3 })
    // The hand-made span is the parent of what the agent sees below it.
    expect(
      trace.some((span) => span.parentSpanId === process?.spanId && span.scope.startsWith('@opentelemetry/')),
    ).toBe(true)
    expect(trace.some((span) => span.service === 'orders' && span.scope === '@clew/agent/pg')).toBe(true)
  })

  it('joins log lines to the checkout', async () => {
    const accepted = await sink.waitFor(
      () => sink.logs.find((log) => log.service === 'orders' && log.text === 'order accepted'),
      'log line of the order',
    )
    expect(sink.spans.some((span) => span.traceId === accepted.traceId && span.spanId === accepted.spanId)).toBe(true)
  })

  it('shows what the assistant asks the model, with tokens and the tool in between', async () => {
    const response = await send('/api/chat', { message: 'Do you have lamps?' })
    const answer = await response.text()
    expect(answer.split('\n').filter((line) => line === 'event: text').length).toBeGreaterThan(5)
    const chats = await sink.waitFor(() => {
      const spans = traceWith((span) => isServer(span, 'POST /api/chat')) ?? []
      const found = spans.filter((span) => span.values['gen_ai.operation.name'] === 'chat')
      return found.length === 2 ? found : undefined
    }, 'two model calls in the trace of the chat')
    expect(chats.map((span) => span.values['gen_ai.response.finish_reasons'])).toEqual([['tool_calls'], ['stop']])
    for (const { service, values } of chats) {
      expect(service).toBe('assistant')
      expect(values['gen_ai.request.model']).toBe('gpt-4o-mini')
      expect(values['gen_ai.usage.input_tokens']).toBeGreaterThan(10)
      expect(values['gen_ai.usage.output_tokens']).toBeGreaterThan(0)
    }
  })

  it('leaves the waiting of the shipping worker out', async () => {
    await sink.waitFor(() => sink.spans.find((span) => span.name === 'process shipments'), 'handled message')
    expect(sink.spans.filter((span) => span.name === 'shipments receive')).toEqual([])
  })

  it('shows the N+1 page as one query per product below one request', async () => {
    expect((await fetch(`${shop.url}/api/catalogue`)).status).toBe(200)
    const queries = await sink.waitFor(() => {
      const spans = traceWith((span) => isServer(span, 'GET /api/catalogue')) ?? []
      const found = spans.filter((span) =>
        String(span.values['db.query.text'] ?? span.values['db.statement']).includes('sum('),
      )
      return found.length > 0 ? found : undefined
    }, 'queries of the catalogue')
    expect(queries).toHaveLength(24)
    expect(new Set(queries.map((span) => span.parentSpanId)).size).toBe(1)
  })

  it('shows a declined card as an error of payments and a 402 of the shop', async () => {
    const lines = [{ sku: 'oak-desk', quantity: 1 }]
    const response = await send('/api/checkout', { email: 'eve@example.com', card: '4000000000000002', lines })
    expect(response.status).toBe(402)
    const failed = await sink.waitFor(
      () => sink.spans.find((span) => span.service === 'orders' && span.kind === 3 && span.status?.code === 2),
      'failed call of payments',
    )
    expect(failed.name).toContain('Charge')
    expect(failed.values['rpc.grpc.status_code'] ?? failed.values['rpc.response.status_code']).toBeDefined()
  })

  it('lets an incident happen and end', async () => {
    const checkout = (): Promise<Response> =>
      send('/api/checkout', {
        email: 'bob@example.com',
        card: '4242424242424242',
        lines: [{ sku: 'oak-rug', quantity: 1 }],
      })
    await shop.incident(true)
    const begin = BigInt(Date.now()) * 1_000_000n
    await checkout()
    const charge = await sink.waitFor(
      () =>
        sink.spans.find(
          (span) =>
            span.service === 'payments' &&
            span.kind === 2 &&
            span.name?.includes('Charge') === true &&
            (span.startTimeUnixNano ?? 0n) >= begin,
        ),
      'charge during the incident',
    )
    expect(Number((charge.endTimeUnixNano ?? 0n) - (charge.startTimeUnixNano ?? 0n)) / 1e6).toBeGreaterThan(1_000)
    await shop.incident(false)
    expect((await checkout()).status).toBe(201)
  })

  it('sends metrics of the runtime, of requests and of model calls', async () => {
    // Each process sends at its own pace: every kind is waited for, none is expected to be there with another.
    for (const prefix of ['http.server', 'nodejs.eventloop', 'gen_ai.client']) {
      await sink.waitFor(
        () => [...sink.metricNames].find((name) => name.startsWith(prefix)),
        `metrics named ${prefix}…`,
      )
    }
  })

  it('keeps every process alive', () => {
    expect(crashes).toEqual([])
  })
})

describe('the code of the shop', () => {
  it('uses OpenTelemetry in the shipping worker only', () => {
    const root = new URL('../examples/shop/', import.meta.url)
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.mjs') && !file.includes('node_modules'),
    )
    const users = files.filter((file) => readFileSync(new URL(file, root), 'utf8').includes('@opentelemetry/'))
    expect(files.length).toBeGreaterThan(10)
    expect(users).toEqual(['services/shipping.mjs'])
  })
})
