import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { KIND, library, runApp } from './run-app.ts'

describe('records of a logger have the trace and span of the request, and arrive', () => {
  it.each([
    [library('pino'), 'pino.mjs'],
    [library('winston'), 'winston.mjs'],
    [library('bunyan'), 'bunyan.mjs'],
  ])('%s', async (_library, program) => {
    const { logs, spans, stdout } = await runApp(program)
    const server = spans.find((span) => span.kind === KIND.server)
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    const inRequest = lines.filter((line) => /inside|failed/.test(JSON.stringify(line)))
    expect(inRequest).toHaveLength(2)
    for (const line of inRequest) expect(line).toMatchObject({ trace_id: server?.traceId, span_id: server?.spanId })
    const outside = lines.find((line) => JSON.stringify(line).includes('outside'))
    expect(outside).toBeDefined()
    expect(outside).not.toHaveProperty('trace_id')

    expect(logs.map(({ text, severityNumber }) => [text, severityNumber])).toEqual([
      ['outside', 13],
      ['inside formatted', 9],
      ['failed', 17],
    ])
    expect(logs[0]?.traceId ?? '').toBe('')
    for (const record of logs.slice(1)) {
      expect(record).toMatchObject({ traceId: server?.traceId, spanId: server?.spanId })
    }
    expect(logs[1]?.values).toMatchObject({ user: 7 })
    expect(logs[1]?.values).not.toHaveProperty('trace_id')
    expect(logs[2]?.values).toMatchObject({ part: 'child' })
  })

  it('console', async () => {
    const { logs, spans, stdout } = await runApp('console.mjs')
    const server = spans.find((span) => span.kind === KIND.server)
    expect(stdout).toBe('inside formatted\n')
    expect(logs.map(({ text, severityNumber, spanId }) => [text, severityNumber, spanId ?? ''])).toEqual([
      ['outside', 13, ''],
      ['inside formatted', 9, server?.spanId],
      ['failed', 17, server?.spanId],
    ])
  })
  it('a logger of the program, by rule', async () => {
    const rules = fileURLToPath(new URL('../agent-apps/programs/own-logger.rules.yaml', import.meta.url))
    const env = { CLEW_RULES: rules, OTEL_NODE_DISABLED_INSTRUMENTATIONS: 'console' }
    const { logs, spans } = await runApp('own-logger.mjs', { env })
    const server = spans.find((span) => span.kind === KIND.server)
    expect(logs.map(({ text, severityNumber, spanId, traceId }) => [text, severityNumber, spanId, traceId])).toEqual([
      ['outside', 17, undefined, undefined],
      ['inside', 9, server?.spanId, server?.traceId],
      ['failed', 17, server?.spanId, server?.traceId],
    ])
    expect(logs[1]?.values).toMatchObject({ user: 7 })
    expect(logs[2]?.values).toMatchObject({ part: 'child' })
  })
})
