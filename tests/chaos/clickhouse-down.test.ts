import { setTimeout as sleep } from 'node:timers/promises'
import { parseGoDuration } from '@clew/base/go-duration'
import { openStore } from '@clew/store/store'
import { type ClickHouseDouble, startClickHouseDouble } from '@clew/testkit/clickhouse-http'
import { type Fault, type FaultProxy, startFaultProxy } from '@clew/testkit/fault-proxy'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { type ClewProcess, newDataDir, removeDataDirs, startClew } from '../clew-process.ts'
import { expectSaid, health, storeState } from './health.ts'
import { compareWithLedger, NOTHING_WRONG } from './stored-items.ts'
import { newLedger, TrackedLoad } from './tracked-load.ts'

/** How long the server is away: `CLEW_CHAOS_OUTAGE=10m` for the real thing. */
const OUTAGE_MS = parseGoDuration(process.env['CLEW_CHAOS_OUTAGE'] ?? '20s') ?? 20_000

let clickhouse: ClickHouseDouble
let proxy: FaultProxy
let clew: ClewProcess
let url: string

beforeEach(async () => {
  clickhouse = await startClickHouseDouble()
  proxy = await startFaultProxy(Number(new URL(clickhouse.url).port))
  const address = new URL(clickhouse.url)
  address.port = String(proxy.port)
  url = `${address.href}/chaos`
  clew = await startClew(newDataDir(), ['--store', url])
})
afterEach(async () => {
  await clew.stop('SIGKILL')
  await proxy.close()
  await clickhouse.close()
})
afterAll(removeDataDirs)

const FAULTS: readonly [string, Fault, RegExp | undefined][] = [
  ['is down', { kind: 'down' }, /ECONNREFUSED|ECONNRESET|socket hang up/],
  ['takes connections and says nothing', { kind: 'hang' }, /has not finished an insert|does not answer/],
  ['is slow', { kind: 'slow', delayMs: 300 }, undefined],
  [
    'breaks off in the middle of requests',
    { kind: 'cut-request', afterBytes: 3000 },
    /ECONNRESET|EPIPE|socket hang up/,
  ],
  ['breaks off before it has answered', { kind: 'cut-answer', afterBytes: 10 }, /ECONNRESET|socket hang up/],
]

test.each(FAULTS)(
  'a ClickHouse that %s: data is taken and spooled, it is said since when, nothing is lost or doubled',
  async (_what, fault, text) => {
    const ledger = newLedger()
    const load = new TrackedLoad({ ...clew, ledger, senders: 3, pauseMs: 20, onRefusal: 'again' })
    await expect.poll(() => ledger.acknowledged.size, { timeout: 60_000 }).toBeGreaterThan(50)
    const began = Date.now()
    await proxy.set(fault)
    const before = ledger.acknowledged.size
    if (text !== undefined) await expectSaid(clew.ui, clew.dataDir, text, began)
    await sleep(Math.max(0, OUTAGE_MS - (Date.now() - began)))
    // The spool takes what comes: nobody was refused, and Clew is ready.
    expect(ledger.acknowledged.size).toBeGreaterThan(before + 100)
    expect(load.refusals).toEqual([])
    expect((await health(clew.ui)).ready).toBe(true)
    await proxy.set({ kind: 'none' })
    await load.stop()
    await expect.poll(async () => (await storeState(clew.ui)).segmentsWaiting, { timeout: 120_000 }).toBe(0)
    await expect.poll(async () => (await health(clew.ui)).lines, { timeout: 60_000 }).toEqual([])
    expect((await clew.stop('SIGTERM')).code).toBe(0)
    await expectNothingWrong(ledger)
  },
  OUTAGE_MS + 300_000,
)

test.each([['is away'], ['takes connections and says nothing']] as const)(
  'a ClickHouse that %s when Clew starts: data is taken and spooled, it is said since when, nothing is lost or doubled',
  async (what) => {
    await clew.stop('SIGTERM')
    const began = Date.now()
    await proxy.set({ kind: what === 'is away' ? 'down' : 'hang' })
    clew = await startClew(newDataDir(), ['--store', url])
    const ledger = newLedger()
    const load = new TrackedLoad({ ...clew, ledger, senders: 3, pauseMs: 20, onRefusal: 'again' })
    await expectSaid(clew.ui, clew.dataDir, /cannot be reached: /, began)
    await sleep(Math.max(0, OUTAGE_MS - (Date.now() - began)))
    expect(ledger.acknowledged.size).toBeGreaterThan(100)
    expect(load.refusals).toEqual([])
    expect((await health(clew.ui)).ready).toBe(true)
    await proxy.set({ kind: 'none' })
    await expect.poll(async () => (await health(clew.ui)).lines, { timeout: 60_000 }).toEqual([])
    await load.stop()
    await expect.poll(async () => (await storeState(clew.ui)).segmentsWaiting, { timeout: 120_000 }).toBe(0)
    expect((await clew.stop('SIGTERM')).code).toBe(0)
    await expectNothingWrong(ledger)
  },
  OUTAGE_MS + 300_000,
)

test('a spool that is full: senders are told to come back, it is said since when, and nothing is lost', async () => {
  await clew.stop('SIGTERM')
  clew = await startClew(newDataDir(), ['--store', url, '--spool-size', '1MiB'])
  const ledger = newLedger()
  await proxy.set({ kind: 'down' })
  const began = Date.now()
  const load = new TrackedLoad({ ...clew, ledger, senders: 3, onRefusal: 'again' })
  await expectSaid(clew.ui, clew.dataDir, /too much to insert/, began)
  expect((await health(clew.ui)).ready).toBe(false)
  await expect.poll(() => load.refusals.length, { timeout: 60_000 }).toBeGreaterThan(10)
  expect((await storeState(clew.ui)).queuedBytes).toBeLessThan(1.1 * 2 ** 20)
  const before = ledger.acknowledged.size
  await proxy.set({ kind: 'none' })
  await expect.poll(() => ledger.acknowledged.size, { timeout: 60_000 }).toBeGreaterThan(before + 100)
  await load.stop()
  await expect.poll(async () => (await health(clew.ui)).lines, { timeout: 60_000 }).toEqual([])
  expect((await clew.stop('SIGTERM')).code).toBe(0)
  await expectNothingWrong(ledger)
})

async function expectNothingWrong(ledger: ReturnType<typeof newLedger>): Promise<void> {
  const store = await openStore({ dataDirectory: newDataDir(), url, retentionDays: 7 })
  const { stored, ...verdict } = await compareWithLedger(store, ledger)
  await store.close()
  console.log(`${ledger.acknowledged.size} requests acknowledged, ${stored} items stored`)
  expect(verdict).toEqual(NOTHING_WRONG)
}
