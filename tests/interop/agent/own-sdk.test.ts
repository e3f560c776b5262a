import { describe, expect, it } from 'vitest'
import { KIND, library, runApp } from './run-app.ts'

// The newest does not run on Node 20.
const CASES = [
  ...['22', '24', '26'].flatMap((node) =>
    ['import', 'require'].map((form) => ['node-sdk', form, node, false] as const),
  ),
  ...['20.19', '26'].flatMap((node) => ['given', 'added'].map((way) => [way, 'import', node, true] as const)),
]

describe.each([
  [library('@opentelemetry/sdk-node'), false],
  [library('@opentelemetry/sdk-trace-node', true), true],
])('%s, set up by the program', (_library, older) => {
  it.each(CASES.filter((one) => one[3] === older))('%s, %s, Node %s', async (way, form, node) => {
    const run = await runApp('own-sdk.mjs', { args: [way, form], node, older })
    const server = run.spans.find((span) => span.kind === KIND.server)
    const [outer, inner] = ['outer', 'inner'].map((name) => {
      const found = run.spans.filter((span) => span.name === name)
      expect([name, found.length]).toEqual([name, 1])
      return found[0]!
    })
    expect(outer).toMatchObject({ parentSpanId: server?.spanId, traceId: server?.traceId, scope: 'early' })
    expect(inner).toMatchObject({ parentSpanId: outer!.spanId, traceId: server?.traceId })
    expect(JSON.parse(run.stdout)).toEqual([
      ['inner', server?.traceId],
      ['outer', server?.traceId],
    ])
  })
})
