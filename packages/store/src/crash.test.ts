import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sql } from './sql/sql.ts'
import { openStore } from './store.ts'

const child = fileURLToPath(new URL('testdata/crash-child.mjs', import.meta.url))
const KILLS = 6
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'clew-crash-'))
  // The child is a plain Node program, so it needs what it imports built.
  const tsc = createRequire(import.meta.url).resolve('typescript/package.json')
  execFileSync(process.execPath, [join(tsc, '../bin/tsc'), '-b', fileURLToPath(new URL('..', import.meta.url))])
}, 300_000)

afterAll(async () => {
  await rm(directory, { recursive: true, force: true })
})

/** Runs the child until it has acknowledged something, kills it `delayMs` later; returns what it acknowledged. */
async function runAndKill(first: number, delayMs: number): Promise<number[]> {
  const running = spawn(process.execPath, [child, directory, String(first)], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  running.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = once(running, 'close')
  while (!/\d/.test(output) && running.exitCode === null) await sleep(5)
  await sleep(delayMs)
  running.kill('SIGKILL')
  const [code, signal] = (await ended) as [number | null, string | null]
  expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' })
  // The last line may be cut off: then nobody knows whether it was acknowledged.
  return output
    .slice(0, output.lastIndexOf('\n'))
    .split('\n')
    .filter((line) => line !== 'ready')
    .map(Number)
}

test('kill -9 at any moment: everything acknowledged is there, nothing is there twice', async () => {
  const acknowledged: number[] = []
  for (let round = 0; round < KILLS; round++) {
    acknowledged.push(...(await runAndKill(1 + round * 1_000_000, Math.random() * 600)))
  }
  // Each round waits for the first.
  expect(acknowledged.length).toBeGreaterThanOrEqual(KILLS)
  const store = await openStore({ dataDirectory: directory, url: 'chdb', retentionDays: 7 })
  try {
    await store.flush()
    const { rows: spans } = await store.query<{ id: string }>(sql`SELECT hex(SpanId) AS id FROM spans`)
    const { rows: logs } = await store.query<{ Body: string }>(sql`SELECT Body FROM logs`)
    const ids = spans.map((row) => Number.parseInt(row.id, 16))
    const found = new Set(ids)
    const bodies = new Set(logs.map((row) => row.Body))
    expect(ids.length).toBe(found.size)
    expect(logs.length).toBe(bodies.size)
    const missing = acknowledged.filter((number) =>
      number % 4 === 0
        ? !bodies.has(`batch ${number}`)
        : !Array.from({ length: 10 }, (_, i) => number * 10 + i + 1).every((id) => found.has(id)),
    )
    expect(missing).toEqual([])
    const { rows: sums } = await store.query(
      sql`SELECT (SELECT sum(SpanCount) FROM trace_summaries) AS summed, (SELECT sum(Spans) FROM operation_stats) AS counted`,
    )
    expect(sums).toEqual([{ summed: String(ids.length), counted: String(ids.length) }])
    expect(store.status().segmentsSetAside).toBe(0)
  } finally {
    await store.close()
  }
}, 180_000)
