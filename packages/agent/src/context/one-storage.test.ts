import { join } from 'node:path'
import { afterEach, beforeAll, expect, it } from 'vitest'
import { OtlpSink } from '@clew/testkit/otlp-sink'
import { REGISTER_URL } from '../launch.ts'
import { buildAgent } from '../testdata/build-agent.ts'
import { runProgram } from '../testdata/run-program.ts'
import { temporaryProgram, type TemporaryProgram } from '../testdata/temporary-program.ts'

let program: TemporaryProgram | undefined
beforeAll(buildAgent, 120_000)
afterEach(() => program?.remove())

const COUNT = `
  const hooks = require('node:async_hooks')
  globalThis.storages = 0
  hooks.AsyncLocalStorage = class extends hooks.AsyncLocalStorage {
    constructor(...args) {
      super(...args)
      globalThis.storages++
    }
  }
  require('node:module').syncBuiltinESMExports()
`
const PROGRAM = `
  const { createServer } = require('node:http')
  const server = createServer((request, response) => setTimeout(() => response.end('ok'), 1))
  server.listen(0, '127.0.0.1', async () => {
    const one = async () => (await fetch('http://127.0.0.1:' + server.address().port)).text()
    await one()
    const atFirst = globalThis.storages
    for (let i = 0; i < 50; i++) await one()
    console.log(JSON.stringify({ atFirst, atLast: globalThis.storages }))
    server.close()
    server.closeAllConnections()
  })
`

it('the agent has one storage for contexts, however many requests there are', async () => {
  program = temporaryProgram({ 'count.cjs': COUNT, 'app.cjs': PROGRAM })
  const sink = await OtlpSink.start()
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, CLEW_EXIT_BUDGET_MS: '15000' }
  const nodeArgs = ['--require', join(program.folder, 'count.cjs'), '--import', REGISTER_URL]
  const { code, stdout } = await runProgram(program.url('app.cjs'), [], env, nodeArgs).ended
  await sink.close()
  expect(code).toBe(0)
  expect(sink.spans.filter((span) => span.kind === 2)).toHaveLength(51)
  expect(JSON.parse(stdout)).toEqual({ atFirst: 1, atLast: 1 })
})
