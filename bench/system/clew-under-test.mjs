import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const BIN = fileURLToPath(new URL('../../packages/cli/bin/clew.cjs', import.meta.url))
/** Ticks of the processor accounting of Linux, per second. */
const TICKS_PER_SECOND = 100

/** Settings of this shell must not change what is measured. */
function environment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(CLEW|OTEL)_/.test(name)))
}

/** A folder for one run, which goes with it. */
export function temporaryDirectory() {
  return mkdtempSync(join(tmpdir(), 'clew-bench-'))
}

/**
 * Starts `clew up` on free ports; `readyMs` is the time from the start to taking data. Without `dataDir` it gets an empty
 * directory that goes when it stops.
 */
export async function startClew({ dataDir, flags = [] } = {}) {
  const directory = dataDir ?? temporaryDirectory()
  const startedMs = performance.now()
  const ports = ['--port', '0', '--otlp-grpc-port', '0', '--otlp-http-port', '0']
  const child = spawn(
    process.execPath,
    [BIN, 'up', '--json', '--log-level', 'warn', '--data-dir', directory, ...ports, ...flags],
    { env: environment(), stdio: ['ignore', 'pipe', 'inherit'] },
  )
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
    directory,
    readyMs,
    ask: (path) => ask(addresses.ui, path),
    /** Processor time used so far, of all threads. */
    cpuSeconds: () => cpuSeconds(child.pid),
    async stop() {
      child.kill('SIGTERM')
      await ended
      if (dataDir === undefined) rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** From /proc; 0 where there is none. */
function cpuSeconds(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ')
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
  } catch {
    return 0
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

/** As fast as it is taken, by two connections. */
export const FULL_LOAD = '--spans-per-second 0 --spans-per-request 1000 --concurrency 16 --connections 2'.split(' ')

/** Looks at the process every half second while `work` runs: the highest memory, and received spans over time. */
export async function watched(clew, work) {
  const samples = []
  let running = true
  const watch = (async () => {
    while (running) {
      const atMs = performance.now()
      // A server that is too busy to answer once is not looked at that time.
      const body = await clew.ask('/api/pipeline').then(
        (answer) => answer.body,
        () => undefined,
      )
      await sleep(500)
      if (body === undefined) continue
      const received = body.edges.find((edge) => edge.source === 'receiver/otlp')?.items.traces ?? 0
      samples.push({ atMs, rssBytes: body.process.rssBytes, received })
    }
  })()
  const cpuBefore = clew.cpuSeconds()
  try {
    const result = await work()
    const cpuSecondsUsed = clew.cpuSeconds() - cpuBefore
    return {
      result,
      samples,
      cpuSeconds: cpuSecondsUsed,
      highestRss: Math.max(...samples.map((each) => each.rssBytes)),
    }
  } finally {
    running = false
    await watch
  }
}

/** Spans in the store once as many are there as were acknowledged, or nothing has been waiting for a while. */
export async function storedSpans(clew, expected) {
  let idleRounds = 0
  for (;;) {
    const { store } = (await clew.ask('/api/pipeline')).body
    if (store.rows.traces >= expected || idleRounds > 20) return store.rows.traces
    idleRounds = store.queuedBytes === 0 && store.segmentsWaiting === 0 ? idleRounds + 1 : 0
    await sleep(250)
  }
}

/** Lets the engine merge, so that size and searches are not those of fresh parts: until the size rests for so long. */
export async function settle(clew, longestMs, restMs = 3000) {
  const endMs = performance.now() + longestMs
  let last = -1
  while (performance.now() < endMs) {
    const { diskBytes } = (await clew.ask('/api/pipeline')).body.store
    if (diskBytes === last) return
    last = diskBytes
    await sleep(Math.min(restMs, longestMs))
  }
}

export const sleep = (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs))

/** The value that a share of the samples stays within. */
export function quantile(samples, share) {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
}

/** Time of one question over HTTP, answer read and parsed. */
export async function timed(clew, path) {
  const startedMs = performance.now()
  const { status, body } = await clew.ask(path)
  if (status !== 200) throw new Error(`${path} answered ${status}`)
  return { ms: performance.now() - startedMs, body }
}

export const MIB = 1024 * 1024
