import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const BIN = fileURLToPath(new URL('../../packages/cli/bin/clew.cjs', import.meta.url))

/** Settings of this shell must not change what is measured. */
function environment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(CLEW|OTEL)_/.test(name)))
}

/** Starts `clew up` on free ports and an empty directory; `readyMs` is the time from the start to taking data. */
export async function startClew(dataDir = mkdtempSync(join(tmpdir(), 'clew-bench-'))) {
  const startedMs = performance.now()
  const ports = ['--port', '0', '--otlp-grpc-port', '0', '--otlp-http-port', '0']
  const child = spawn(process.execPath, [BIN, 'up', '--json', '--log-level', 'warn', '--data-dir', dataDir, ...ports], {
    env: environment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const addresses = await new Promise((resolve, reject) => {
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
      if (text.includes('\n')) resolve(JSON.parse(text.split('\n')[0]))
    })
    void ended.then((code) => reject(new Error(`clew ended with ${code} before it was ready`)))
  })
  const readyMs = performance.now() - startedMs
  return {
    ...addresses,
    readyMs,
    ask: (path) => ask(addresses.ui, path),
    async stop() {
      child.kill('SIGTERM')
      await ended
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

async function ask(ui, path) {
  const response = await fetch(ui + path)
  if (!response.ok && response.status !== 404)
    throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
  return { status: response.status, body: await response.json() }
}

/** Runs `clew bench load` in a process of its own and gives its report. */
export async function load(clew, args) {
  const child = spawn(
    process.execPath,
    [BIN, 'bench', 'load', '--json', '--target', clew.otlpGrpc.replace('http:', 'grpc:'), ...args],
    {
      env: environment(),
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  )
  let text = ''
  child.stdout.on('data', (chunk) => (text += chunk))
  await new Promise((resolve) => child.once('close', resolve))
  return JSON.parse(text)
}

export const sleep = (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs))

/** The value that a share of the sorted samples stays within. */
export function quantile(samples, share) {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
}
