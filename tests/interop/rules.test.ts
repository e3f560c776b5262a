import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OtlpSink } from '@clew/testkit/otlp-sink'

const nodes = fileURLToPath(new URL('../../.cache/nodes/', import.meta.url))
const platform = `node-${process.platform}-${process.arch}`
const register = new URL('../../packages/agent/dist/register.js', import.meta.url).href

let folder: string
let sink: OtlpSink

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clew-rules-nodes-'))
  sink = await OtlpSink.start()
})
afterEach(async () => {
  await sink.close()
  rmSync(folder, { recursive: true, force: true })
})

const JAVASCRIPT = `class Till {
  async ring(n) { await null; return inner(n) }
}
function inner(n) {
  if (n > 1)
    throw new RangeError('too much')
  return n
}
new Till().ring(1).then(console.log).then(() => new Till().ring(2)).catch((error) => console.log(error.stack))
`
const TYPESCRIPT = JAVASCRIPT.replace('async ring(n) {', 'async ring(n: number): Promise<number> {').replace(
  'function inner(n) {',
  'function inner(n: number): number {',
)
const RULES = `all: { target: $root, where: { func: [ring, inner] }, do: { span: { attributes: { n: $args.0, got: $result } } } }\n`

function output(version: string, path: string): Promise<string> {
  const node = join(nodes, version, 'node_modules', platform, 'bin', 'node')
  const { NODE_OPTIONS: _options, ...env } = process.env
  const more = {
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
    CLEW_EXIT_BUDGET_MS: '15000',
    CLEW_RULES: join(folder, 'clew.rules.yaml'),
  }
  const child = spawn(node, ['--enable-source-maps', '--import', register, path], { env: { ...env, ...more } })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  return new Promise((resolve) => child.on('close', () => resolve(text)))
}

const versions = readdirSync(nodes)
const files = versions.flatMap((version) =>
  ['app.cjs', 'app.mjs', 'app.ts', 'app.mts', 'app.cts']
    // Node runs TypeScript itself since 22.18.
    .filter((file) => file.endsWith('js') || Number.parseInt(version, 10) >= 22)
    .map((file) => [version, file] as const),
)

describe('rules when modules load', () => {
  it.each(files)('Node %s: %s', async (version, file) => {
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'shop', version: '1.0.0' }))
    writeFileSync(join(folder, 'clew.rules.yaml'), RULES)
    writeFileSync(join(folder, file), file.endsWith('ts') ? TYPESCRIPT : JAVASCRIPT)
    const text = await output(version, join(folder, file))
    expect(text).toMatch(/^1\n/)
    expect(text).toMatch(new RegExp(`at inner .*${file.replace('.', String.raw`\.`)}:6:11`))
    const rings = sink.spans.filter(({ name }) => name === 'Till.ring')
    const inner = sink.spans.filter(({ name }) => name === 'inner')
    expect(rings.map(({ values }) => [values['n'], values['got']])).toEqual([
      [1, 1],
      [2, undefined],
    ])
    expect(new Set(inner.map(({ parentSpanId }) => parentSpanId))).toEqual(new Set(rings.map(({ spanId }) => spanId)))
  })
})
