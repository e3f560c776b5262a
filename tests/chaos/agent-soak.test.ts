import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { OtlpSink } from '@clew/testkit/otlp-sink'

const root = fileURLToPath(new URL('../..', import.meta.url))
const platform = `node-${process.platform}-${process.arch}`
/** CLEW_SOAK_REQUESTS=1000000 is the long run. */
const REQUESTS = Number(process.env['CLEW_SOAK_REQUESTS'] ?? 60_000)
/** More than that between the middle of the run and its end is a leak, whatever the number of requests. */
const MAX_GROWTH_BYTES = 8 * 1024 * 1024

interface Soaked {
  readonly middleBytes: number
  readonly endBytes: number
  readonly requests: number
  readonly connections: number
}

describe('a server under the agent that answers over kept connections keeps its memory', () => {
  it.each(['24', '26'])('Node %s', { timeout: 3_600_000 }, async (version) => {
    const node = `${root}/.cache/nodes/${version}/node_modules/${platform}/bin/node`
    expect(existsSync(node), `${node}: run scripts/interop-setup.sh first`).toBe(true)
    // Answers everything and keeps nothing.
    const sink = await OtlpSink.start(() => 202)
    const child = spawn(node, ['--expose-gc', 'tests/chaos/agent/soak-server.mjs', String(REQUESTS)], {
      cwd: root,
      env: {
        ...process.env,
        NODE_OPTIONS: `--import ${root}/packages/agent/dist/register.js`,
        OTEL_EXPORTER_OTLP_ENDPOINT: sink.url,
        OTEL_METRICS_EXPORTER: 'none',
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let stdout = ''
    child.stdout.on('data', (text: Buffer) => (stdout += String(text)))
    const code = await new Promise((resolve) => child.on('close', resolve))
    await sink.close()
    expect(code).toBe(0)
    const soaked = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Soaked
    // The figures are worth having when it passes, too.
    console.log(`Node ${version}: ${JSON.stringify(soaked)}`)
    expect(soaked.requests).toBe(REQUESTS)
    expect(soaked.connections).toBeLessThanOrEqual(16)
    expect(sink.requests.length).toBeGreaterThan(0)
    expect(soaked.endBytes - soaked.middleBytes).toBeLessThan(MAX_GROWTH_BYTES)
  })
})
