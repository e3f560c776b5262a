import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openStore } from '@clew/store/store'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ClewProcess, newDataDir, removeDataDirs, startClew } from '../clew-process.ts'
import { health, storeState } from './health.ts'
import { percentile, type QuietClient, startQuietClient } from './quiet-client.ts'
import { compareWithLedger, NOTHING_WRONG } from './stored-items.ts'
import { newLedger } from './tracked-load.ts'

/** How long each attack lasts: `CLEW_CHAOS_ATTACK_SECONDS`. */
const SECONDS = Number(process.env['CLEW_CHAOS_ATTACK_SECONDS'] ?? 12)
const QUIET_MS = 4000
const MEMORY_LIMIT_MIB = 1536
/** What the process may hold above the limit at which it tells senders to come back. */
const MEMORY_SLACK_MIB = 768
/** The goal is 2; attacker, honest client and server share the cores of the machine that runs the tests. */
const P99_GOAL = 2
const P99_SLACK = 15
/** Below this nobody notices, whatever the ratio. */
const P99_UNNOTICED_MS = 500

const ledger = newLedger()
let clew: ClewProcess
let client: QuietClient

beforeAll(async () => {
  clew = await startClew(newDataDir(), ['--memory-limit', `${MEMORY_LIMIT_MIB}MiB`])
  client = startQuietClient(clew, ledger)
  await sleep(3000)
})
afterAll(async () => {
  await client.load.stop()
  await clew.stop('SIGKILL')
  removeDataDirs()
})

/** Resident memory of Clew, MiB. */
function residentMib(): number {
  const status = readFileSync(`/proc/${clew.process.child.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
}

interface Outcome {
  readonly answers: Readonly<Record<string, number>>
  readonly peakMib: number
}

async function attack(name: string): Promise<Outcome> {
  const program = fileURLToPath(new URL('attacker.mjs', import.meta.url))
  const child = spawn(process.execPath, [program, name, clew.otlpHttp, clew.otlpGrpc, String(SECONDS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let peakMib = 0
  const watch = setInterval(() => (peakMib = Math.max(peakMib, residentMib())), 100)
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += String(chunk)))
  await new Promise((resolve) => child.on('close', resolve))
  clearInterval(watch)
  return { answers: JSON.parse(output.trim().split('\n').at(-1) ?? '{}') as Record<string, number>, peakMib }
}

/** What the server counts as refused or cut: from /metrics, by series. */
async function refusals(): Promise<Map<string, number>> {
  const text = await (await fetch(`${clew.ui}/metrics`)).text()
  const lines = text
    .split('\n')
    .filter((line) =>
      /^(clew_receiver_connections_cut|otelcol_receiver_(refused|failed)|clew_refused_items)/.test(line),
    )
  const pipeline = (await (await fetch(`${clew.ui}/api/pipeline`)).json()) as {
    refused: { component: string; reason: string; count: number; unreadRequests: number }[]
  }
  return new Map([
    ...lines.map((line): [string, number] => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]),
    ...pipeline.refused.map((row): [string, number] => [
      `${row.component} ${row.reason}`,
      row.count + row.unreadRequests,
    ]),
  ])
}

/** Attacks, and what an answer to each must look like. All but the well-formed ones must be refused or cut, and counted. */
const ATTACKS: readonly (readonly [string, RegExp])[] = [
  ['garbage', /^400 /],
  ['half a request', /^grpc 3 /],
  ['slow loris', /408|connection cut/],
  ['10 GB body', /^413 |stopped within/],
  ['zip bombs', /^413 |^grpc 8 /],
  ['monsters', /^200|^400 |^413 |^503 /],
  ['5,000 connections', /cut/],
  ['HTTP/2 resets', /cut/],
  ['HTTP/2 continuations', /cut/],
  ['HTTP/2 pings', /cut/],
  ['HTTP/2 settings', /cut/],
  ['HTTP/2 empty data', /cut/],
]

test.each(ATTACKS)(
  '%s: refused with a reason that is counted, memory bounded, other clients served',
  async (name, expected) => {
    // What the attack before has left behind is done.
    await expect.poll(async () => (await storeState(clew.ui)).segmentsWaiting, { timeout: 120_000 }).toBeLessThan(2)
    await sleep(1000)
    client.take()
    await sleep(QUIET_MS)
    const quiet = percentile(client.take(), 0.99)
    const before = await refusals()
    const { answers, peakMib } = await attack(name)
    const during = client.take()
    const p99 = percentile(during, 0.99)
    const counted = [...(await refusals())].filter(([series, count]) => count > (before.get(series) ?? 0))
    console.log(
      `${name}: p99 of others ${quiet.toFixed(0)} ms → ${p99.toFixed(0)} ms (× ${(p99 / quiet).toFixed(1)}, goal × ${P99_GOAL}), ` +
        `${during.length} of their requests served; memory at most ${peakMib.toFixed(0)} MiB\n` +
        `  answers: ${JSON.stringify(answers)}\n  counted: ${counted.map(([series, count]) => `${series} ${count - (before.get(series) ?? 0)}`).join('; ')}`,
    )
    expect(Object.keys(answers).filter((answer) => expected.test(answer))).not.toEqual([])
    expect(Object.keys(answers).filter((answer) => answer.startsWith('attacker:'))).toEqual([])
    if (name !== 'monsters') expect(counted).not.toEqual([])
    expect(peakMib).toBeLessThan(MEMORY_LIMIT_MIB + MEMORY_SLACK_MIB)
    expect(during.length).toBeGreaterThan(SECONDS)
    if (p99 > P99_UNNOTICED_MS) expect(p99 / quiet).toBeLessThan(P99_SLACK)
    await expect.poll(async () => (await health(clew.ui)).ready, { timeout: 60_000 }).toBe(true)
  },
  SECONDS * 1000 + 180_000,
)

test('after all of it every acknowledged item of the honest client is there once', async () => {
  await client.load.stop()
  expect((await clew.stop('SIGTERM')).code).toBe(0)
  const store = await openStore({ dataDirectory: clew.dataDir, url: 'chdb', retentionDays: 7 })
  const { stored, ...verdict } = await compareWithLedger(store, ledger)
  await store.close()
  console.log(`${ledger.acknowledged.size} requests acknowledged, ${stored} items stored`)
  expect(verdict).toEqual(NOTHING_WRONG)
}, 120_000)
