import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { OtlpSink } from '@clew/testkit/otlp-sink'
import { REGISTER_URL } from '../launch.ts'
import { buildAgent } from '../testdata/build-agent.ts'
import { runProgram } from '../testdata/run-program.ts'
import { temporaryProgram, type TemporaryProgram } from '../testdata/temporary-program.ts'

let sink: OtlpSink
let program: TemporaryProgram | undefined

beforeAll(buildAgent, 120_000)
beforeEach(async () => {
  sink = await OtlpSink.start()
})
afterEach(async () => {
  program?.remove()
  await sink.close()
})

interface Said {
  readonly kind: unknown
  readonly text: string | undefined
}

async function findings(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
  nodeArgs?: (program: TemporaryProgram) => string[],
): Promise<Said[]> {
  program ??= temporaryProgram(files)
  const all = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, CLEW_EXIT_BUDGET_MS: '15000', ...env }
  const { code, stderr } = await runProgram(program.url('app.cjs'), [], all, nodeArgs?.(program)).ended
  program = undefined
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  const records = sink.logs.filter((log) => log.eventName === 'clew.agent.finding')
  for (const record of records) expect(record.severityText).toBe('WARN')
  return records.map(({ text, values }) => ({ kind: values['clew.finding.kind'], text }))
}

function packageFiles(name: string, version: string): Record<string, string> {
  const folder = `node_modules/${name}`
  return {
    [`${folder}/package.json`]: JSON.stringify({ name, version, main: 'main.js' }),
    [`${folder}/main.js`]: 'module.exports = function loaded() {}',
  }
}

it('a program without anything to complain about is not complained about', async () => {
  expect(await findings({ 'app.cjs': "require('koa')", ...packageFiles('koa', '2.16.0') })).toEqual([])
  expect(await findings({ 'app.cjs': '' })).toEqual([])
})

it('names what was loaded before the agent', async () => {
  const files = { 'app.cjs': '', 'first.cjs': "require('koa')", ...packageFiles('koa', '2.16.0') }
  const said = await findings(files, {}, ({ folder }) => [
    '--require',
    join(folder, 'first.cjs'),
    '--import',
    REGISTER_URL,
  ])
  expect(said).toEqual([
    { kind: 'loaded-before-agent', text: expect.stringMatching(/^koa was loaded before the agent .* --require$/) },
  ])
})

it('names what is bundled, also when minified', async () => {
  const text = '// node_modules/@hapi/hapi/lib/index.js\nvoid "app.use() requires a middleware function"\n'
  expect(await findings({ 'app.cjs': text })).toEqual([
    { kind: 'bundled', text: expect.stringMatching(/^@hapi\/hapi, express are bundled into the program/) },
  ])
  sink.logs.length = 0
  expect(await findings({ 'app.cjs': `globalThis[Symbol.for('clew.build.instrumented')] = true\n${text}` })).toEqual([])
})

it('names versions nobody knows', async () => {
  expect(await findings({ 'app.cjs': "require('koa')", ...packageFiles('koa', '99.1.0') })).toEqual([
    { kind: 'unsupported-version', text: 'koa 99.1.0 is not instrumented: the agent knows >=2 <4' },
  ])
})

it('names settings that cannot be used', async () => {
  expect(await findings({ 'app.cjs': '' }, { CLEW_INSTRUMENTATION_HTTP: 'yes' })).toEqual([
    { kind: 'configuration', text: 'CLEW_INSTRUMENTATION_HTTP is not a JSON object and is ignored' },
  ])
})

it('bridges a newer copy of the API, and says so when there are several', async () => {
  const source = `
    const { trace } = require('@opentelemetry/api')
    trace.getTracer('by-hand').startSpan('by hand').end()
    require('./nested/load.cjs')
  `
  program = temporaryProgram({ 'app.cjs': source, 'nested/load.cjs': "require('@opentelemetry/api')" })
  for (const folder of [program.folder, join(program.folder, 'nested')]) copyApi(folder, '1.42.0')
  const said = await findings({})
  expect(said).toEqual([
    { kind: 'api-copies', text: expect.stringMatching(/^2 copies of @opentelemetry\/api .*1\.42\.0/) },
  ])
  expect(sink.spans.map((span) => [span.scope, span.name])).toEqual([['by-hand', 'by hand']])
})

/** Another copy of the API that says it is newer. */
function copyApi(folder: string, version: string): void {
  const require = createRequire(import.meta.url)
  const original = join(dirname(require.resolve('@opentelemetry/api')), '..', '..')
  const copy = join(folder, 'node_modules', '@opentelemetry', 'api')
  cpSync(original, copy, { recursive: true })
  for (const file of ['package.json', 'build/src/version.js']) {
    const path = join(copy, file)
    const text = readFileSync(path, 'utf8')
    expect(text).toMatch(/(['"])1\.9\.\d+\1/)
    writeFileSync(path, text.replaceAll(/(['"])1\.9\.\d+\1/g, `$1${version}$1`))
  }
}
