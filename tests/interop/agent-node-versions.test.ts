import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { OtlpSink, type SinkSpan } from '@clew/testkit/otlp-sink'
import { REGISTER_URL } from '../../packages/agent/src/launch.ts'
import { buildAgent } from '../../packages/agent/src/testdata/build-agent.ts'
import { runProgram } from '../../packages/agent/src/testdata/run-program.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const REQUIRE_PATH = fileURLToPath(new URL('require.cjs', REGISTER_URL))
const WAYS: [string, string[]][] = [
  ['--import', ['--import', REGISTER_URL]],
  ['--require', ['--require', REQUIRE_PATH]],
]

let sink: OtlpSink

beforeAll(buildAgent, 120_000)
beforeEach(async () => {
  sink = await OtlpSink.start()
})
afterEach(() => sink.close())

function ofKind(kind: number): SinkSpan[] {
  return sink.spans.filter((span) => span.kind === kind)
}

/** Two requests, each seen by client and server with its route, in one trace. */
function expectTwoRequests(service?: string): void {
  const own = (span: SinkSpan): boolean => service === undefined || span.service === service
  const servers = ofKind(2).filter(own)
  const clients = ofKind(3).filter(own)
  expect(servers.map((span) => span.name)).toEqual(['GET /hello/:name', 'GET /hello/:name'])
  expect(clients).toHaveLength(2)
  expect(new Set(servers.map((span) => span.parentSpanId))).toEqual(new Set(clients.map((span) => span.spanId)))
}

describe.each(['20.19', '22', '24', '26'])('Node %s', (version) => {
  const folder = join(root, '.cache', 'nodes', version, 'node_modules')
  const node = join(folder, `node-${process.platform}-${process.arch}`, 'bin', 'node')
  const [major = 0] = version.split('.').map(Number)

  async function run(file: string, nodeArgs: readonly string[], env: Record<string, string> = {}): Promise<void> {
    const url = new URL(`./agent-nodes/${file}`, import.meta.url).href
    const all = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, CLEW_EXIT_BUDGET_MS: '15000', ...env }
    const { code, signal, stderr } = await runProgram(url, [], all, nodeArgs, node).ended
    // Deprecations and experiments would be warned of here.
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' })
  }

  it('is the one that was asked for', () => {
    expect(execFileSync(node, ['--version'], { encoding: 'utf8' })).toContain(`v${version}.`)
  })

  describe.each(WAYS)('with %s', (_way, nodeArgs) => {
    it.each(['cjs.cjs', 'esm.mjs'])('%s', async (file) => {
      await run(file, nodeArgs)
      expectTwoRequests()
    })

    if (major >= 22) {
      it('native TypeScript', async () => {
        // Node itself warns that it is an experiment.
        await run('native.ts', nodeArgs, { NODE_NO_WARNINGS: '1' })
        expectTwoRequests()
      })
    }

    it('a package of ES modules', async () => {
      await run('esm-package.mjs', nodeArgs)
      const chat = ofKind(3).find((span) => span.name?.startsWith('chat'))
      const call = ofKind(3).find((span) => span.parentSpanId === chat?.spanId)
      expect(call?.values['url.full']).toContain('/chat/completions')
    })
  })

  it('a bundled program: requests are seen, libraries inside the bundle are not', async () => {
    const output = mkdtempSync(join(root, '.cache', 'bundled-'))
    try {
      const file = join(output, 'app.mjs')
      const build = await rolldown({
        input: fileURLToPath(new URL('./agent-nodes/esm.mjs', import.meta.url)),
        platform: 'node',
        logLevel: 'silent',
      })
      await build.write({ file, format: 'esm' })
      await build.close()
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, CLEW_EXIT_BUDGET_MS: '15000' }
      const { code, stderr } = await runProgram(`file://${file}`, [], env, ['--import', REGISTER_URL], node).ended
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    } finally {
      rmSync(output, { recursive: true, force: true })
    }
    expect(ofKind(2).map((span) => span.name)).toEqual(['GET', 'GET'])
    expect(ofKind(3)).toHaveLength(2)
    const finding = sink.logs.find((log) => log.values['clew.finding.kind'] === 'bundled')
    expect(finding?.text).toContain('express')
  })

  it('a request has its context in all it does, and what comes after it has none', async () => {
    const url = new URL('./agent-nodes/left.cjs', import.meta.url).href
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: sink.url, CLEW_EXIT_BUDGET_MS: '15000' }
    const { code, stdout, stderr } = await runProgram(url, [], env, ['--import', REGISTER_URL], node).ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toEqual({ wrong: [], spans: 4, between: 0, after: null, late: null })
    expect(ofKind(2).length).toBeGreaterThanOrEqual(3)
  })

  it('child processes and threads, by NODE_OPTIONS', async () => {
    await run('children.mjs', [], { NODE_OPTIONS: `--import ${REGISTER_URL}` })
    for (const service of ['spawned', 'forked', 'thread']) expectTwoRequests(service)
  })

  it('a cluster', async () => {
    await run('cluster.cjs', ['--import', REGISTER_URL])
    const servers = ofKind(2)
    expect(servers.length).toBeGreaterThanOrEqual(2)
    expect(servers).toHaveLength(ofKind(3).length)
    expect(new Set(servers.map((span) => span.parentSpanId))).toEqual(new Set(ofKind(3).map((span) => span.spanId)))
  })
})
