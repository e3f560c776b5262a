import { describe, expect, it } from 'vitest'
import { byText, inServerSpan, KIND, library, runApp } from './run-app.ts'

it(library('graphql'), async () => {
  const { spans } = await runApp('graphql.mjs')
  const operations = spans.filter((span) => span.values['graphql.operation.type'] !== undefined)
  expect(operations.map(({ name, values }) => [name, values['graphql.operation.name']])).toEqual([
    ['query Find', 'Find'],
  ])
  expect(inServerSpan(spans).map((span) => span.spanId)).toContain(operations[0]?.spanId)
  // Fields that are there already are no spans of their own.
  const resolved = spans.filter((span) => span.values['graphql.field.path'] !== undefined)
  expect(resolved.map((span) => String(span.values['graphql.field.path'])).toSorted(byText)).toEqual([
    'user',
    'user.name',
  ])
})

it(`${library('@grpc/grpc-js')}: client and server in one trace`, async () => {
  const { spans, stdout } = await runApp('grpc.mjs')
  expect(stdout).toBe('hello Ada\nerror 13\n')
  const clients = inServerSpan(spans).filter((span) => span.values['rpc.method'] !== undefined)
  expect(clients.map((span) => [span.kind, span.values['rpc.method']])).toEqual([
    [KIND.client, 'Greet'],
    [KIND.client, 'Fail'],
  ])
  expect(clients.map((span) => span.status?.code ?? 0)).toEqual([0, 2])
  const servers = spans.filter((span) => span.kind === KIND.server && span.values['rpc.method'] !== undefined)
  expect(servers.map((span) => span.parentSpanId)).toEqual(clients.map((span) => span.spanId))
  const inner = spans.find((span) => String(span.values['url.full']).endsWith('/inner'))
  expect(inner?.parentSpanId).toBe(servers[0]?.spanId)
  // The requests below, by HTTP/2, are these calls.
  expect(spans.filter((span) => span.values['network.protocol.version'] === '2')).toEqual([])
})

it(`${library('@grpc/grpc-js')}, switched off: what is seen are its requests by HTTP/2`, async () => {
  const { spans } = await runApp('grpc.mjs', { env: { OTEL_INSTRUMENTATION_GRPC_ENABLED: 'false' } })
  expect(spans.filter((span) => span.values['rpc.method'] !== undefined)).toEqual([])
  const clients = inServerSpan(spans)
  expect(clients.map(({ kind, name, values }) => [kind, name, String(values['url.full']).split('/').at(-1)])).toEqual([
    [KIND.client, 'POST', 'Greet'],
    [KIND.client, 'POST', 'Fail'],
  ])
  const servers = spans.filter(({ kind, values }) => kind === KIND.server && values['network.protocol.version'] === '2')
  expect(servers.map((span) => span.parentSpanId)).toEqual(clients.map((span) => span.spanId))
})

it(`${library('socket.io')}: the handler of an event`, async () => {
  const { spans, stdout } = await runApp('socket.io.mjs')
  expect(stdout).toBe('7\n')
  const event = spans.find((span) => span.values['messaging.socket.io.event_name'] === 'order')
  expect(spans.filter((span) => span.kind === KIND.consumer).every((span) => span.scope.includes('socket.io'))).toBe(
    true,
  )
  const inner = spans.find((span) => String(span.values['url.full']).endsWith('/inner'))
  expect(inner?.parentSpanId).toBe(event?.spanId)
})

describe('lost context', () => {
  it('is said with the line, the number and what to do', async () => {
    const { logs, spans } = await runApp('lost.mjs')
    const lost = logs.filter((log) => log.values['clew.finding.kind'] === 'context-lost').map((log) => log.text)
    expect(lost).toEqual([
      expect.stringMatching(
        /^context lost in programs\/lost\.mjs:19 5 times in the last minute: "fetch" .*AsyncResource\.bind/,
      ),
    ])
    const roots = spans.filter((span) => String(span.values['url.full']).endsWith('/lost') && !span.parentSpanId)
    expect(roots).toHaveLength(5)
  })

  it('can be left unsaid', async () => {
    const { logs } = await runApp('lost.mjs', { env: { CLEW_LOST_CONTEXT: 'off' } })
    expect(logs.filter((log) => log.values['clew.finding.kind'] === 'context-lost')).toEqual([])
  })
})
