import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { ident } from './sql/ident.ts'
import { sql } from './sql/sql.ts'
import { openStore, type Store } from './store.ts'

/*
 * A segment makes the same rows whether its keys have columns or not, so it goes in exactly once whatever was promoted or
 * demoted between its acknowledgement, its insert and the next start.
 */
const child = fileURLToPath(new URL('testdata/keys-crash-child.mjs', import.meta.url))
const KILLS = 4
/** The engine writes columns in the background: rounds in which it must have done so. */
const MAX_ROUNDS = 1_000
const ROUND_MS = 50
const KEYS = ['number', 'text', 'either']
let directory: string
let store: Store | undefined

beforeAll(() => {
  // The child is a plain Node program, so it needs what it imports built.
  const tsc = createRequire(import.meta.url).resolve('typescript/package.json')
  execFileSync(process.execPath, [join(tsc, '../bin/tsc'), '-b', fileURLToPath(new URL('..', import.meta.url))])
}, 300_000)
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'clew-keys-crash-'))
})
afterEach(async () => {
  await store?.close()
  store = undefined
  await rm(directory, { recursive: true, force: true })
})

async function open(): Promise<Store> {
  store = await openStore({
    dataDirectory: directory,
    url: 'chdb',
    retentionDays: 7,
    segmentAgeMs: 20,
    promotion: { checkEveryMs: 1e9, graceMs: 0, settleMs: 0, minUses: 1e9 },
  })
  return store
}

async function close(): Promise<void> {
  await store?.close()
  store = undefined
}

/** Runs the child until it has printed `until`, kills it `delayMs` later; returns what it acknowledged. */
async function runAndKill(first: number, mode: 'churn' | 'hold', until: RegExp, delayMs: number): Promise<number[]> {
  const running = spawn(process.execPath, [child, directory, String(first), mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  running.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const ended = once(running, 'close')
  while (!until.test(output) && running.exitCode === null) await sleep(5)
  await sleep(delayMs)
  running.kill('SIGKILL')
  expect(await ended).toEqual([null, 'SIGKILL'])
  return output
    .slice(0, output.lastIndexOf('\n'))
    .split('\n')
    .filter((line) => /^\d+$/.test(line))
    .map(Number)
}

async function expectExactlyOnce(acknowledged: readonly number[]): Promise<void> {
  const { rows } = await store!.query<{ id: string }>(sql`SELECT hex(SpanId) AS id FROM spans`)
  const ids = rows.map((row) => Number.parseInt(row.id, 16))
  const found = new Set(ids)
  expect(ids.length).toBe(found.size)
  const missing = acknowledged.filter(
    (number) => !Array.from({ length: 10 }, (_, i) => number * 10 + i + 1).every((id) => found.has(id)),
  )
  expect(missing).toEqual([])
  const { rows: sums } = await store!.query(sql`SELECT sum(SpanCount) AS n FROM trace_summaries`)
  expect(sums).toEqual([{ n: String(ids.length) }])
  expect(store!.status().segmentsSetAside).toBe(0)
}

/** Every key gets its columns in every row, and they hold what the map holds. */
async function expectRightColumns(): Promise<void> {
  const { keys } = store!
  for (const key of KEYS) await keys.decide('span', key, 'promote')
  for (let round = 0; keys.usable().length < KEYS.length && round < MAX_ROUNDS; round++) {
    await keys.runOnce()
    await sleep(ROUND_MS)
  }
  expect(keys.usable().map((key) => key.key)).toHaveLength(KEYS.length)
  for (const { key, column, rest, form } of keys.usable()) {
    const value = ident(column)
    const stored =
      rest === undefined ? value : sql`if(${value} != 0, concat(char(1), toString(${value})), ${ident(rest)})`
    const { rows } = await store!.query(
      sql`SELECT countIf(${stored} != if(Attributes[${key}] = '' AND mapContains(Attributes, ${key}), char(0), Attributes[${key}])) AS wrong FROM spans`,
    )
    expect({ key, form, rows }).toEqual({ key, form, rows: [{ wrong: '0' }] })
  }
}

test('kill -9 while columns come and go: everything acknowledged is there, nothing twice', async () => {
  const acknowledged: number[] = []
  for (let round = 0; round < KILLS; round++)
    acknowledged.push(...(await runAndKill(1 + round * 1_000_000, 'churn', /\d/, 300 + Math.random() * 1_500)))
  // Each round waits for the first.
  expect(acknowledged.length).toBeGreaterThanOrEqual(KILLS)
  await open()
  await store!.flush()
  await expectExactlyOnce(acknowledged)
  await expectRightColumns()
}, 180_000)

test('segments of a killed process go in once after its keys were promoted, and again after a demotion', async () => {
  const acknowledged = await runAndKill(1, 'hold', /held/, 0)
  expect(acknowledged).toHaveLength(10)
  const segments = join(directory, 'segments')
  const kept = await mkdtemp(join(tmpdir(), 'clew-keys-kept-'))
  try {
    const names = (await readdir(segments)).filter((name) => name.endsWith('.wal'))
    expect(names.length).toBeGreaterThan(0)
    for (const name of names) await copyFile(join(segments, name), join(kept, name))
    const putBack = async (): Promise<void> => {
      for (const name of names) await copyFile(join(kept, name), join(segments, name))
    }
    // Inserted by a process that knows nothing of columns; killed, as it were, before it could delete the segment.
    await open()
    await store!.flush()
    await expectExactlyOnce(acknowledged)
    for (const key of KEYS) await store!.keys.decide('span', key, 'promote')
    await close()
    await putBack()
    await open()
    await store!.flush()
    await expectExactlyOnce(acknowledged)
    await expectRightColumns()
    // And the other way round: made when there were columns, read again when there are none.
    for (const key of KEYS) await store!.keys.decide('span', key, 'demote')
    await store!.keys.runOnce()
    await close()
    await putBack()
    await open()
    await store!.flush()
    expect(store!.keys.promoted()).toEqual([])
    await expectExactlyOnce(acknowledged)
  } finally {
    await rm(kept, { recursive: true, force: true })
  }
}, 180_000)

test('rows that were only acknowledged get the columns of keys that were promoted before they went in', async () => {
  await runAndKill(1, 'churn', /\d+\n\d+\n\d+\n/, 500)
  await open()
  await store!.flush()
  const { rows } = await store!.query<{ n: string }>(sql`SELECT count() AS n FROM spans`)
  await expectRightColumns()
  await close()
  const acknowledged = await runAndKill(5_000_000, 'hold', /held/, 0)
  await open()
  await store!.flush()
  await expectExactlyOnce(acknowledged)
  await store!.keys.refresh()
  expect(store!.keys.usable()).toHaveLength(KEYS.length)
  const { rows: filled } = await store!.query<{ n: string }>(
    sql`SELECT count() AS n FROM spans WHERE ${ident(store!.keys.usable().find(({ key }) => key === 'text')!.column)} != ''`,
  )
  expect(Number(filled[0]!.n)).toBe(Number(rows[0]!.n) + acknowledged.length * 10)
}, 180_000)
