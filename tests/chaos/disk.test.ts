import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { openStore } from '@clew/store/store'
import { type ClewProcess, newDataDir, removeDataDirs, startClew } from '../clew-process.ts'
import { expectSaid, health, storeState } from './health.ts'
import { mountSmallDisk, type SmallDisk } from './small-disk.ts'
import { compareWithLedger, NOTHING_WRONG } from './stored-items.ts'
import { newLedger, TrackedLoad } from './tracked-load.ts'

const DISK_MIB = 400
let disk: SmallDisk
let clew: ClewProcess

beforeEach(async () => {
  disk = await mountSmallDisk(DISK_MIB)
  clew = await start()
})
afterEach(async () => {
  await clew.stop('SIGKILL')
  disk.close()
})

afterAll(removeDataDirs)

function start(): Promise<ClewProcess> {
  return startClew(`${disk.path}/data`, [], 'up', { wrap: disk.command })
}

/** Senders that try again, a fault in the middle of it (or, with `inPause`, while they pause), and what must hold afterwards. */
async function surviveFault(begin: () => void, end: () => void, text: RegExp, inPause: boolean): Promise<void> {
  const ledger = newLedger()
  const send = (): TrackedLoad => new TrackedLoad({ ...clew, ledger, senders: 3, pauseMs: 5, onRefusal: 'again' })
  let load = send()
  await expect.poll(() => ledger.acknowledged.size, { timeout: 60_000 }).toBeGreaterThan(100)
  if (inPause) {
    await load.stop()
    await expect.poll(async () => (await storeState(clew.ui)).queuedBytes, { timeout: 60_000 }).toBe(0)
  }
  const began = Date.now()
  begin()
  if (inPause) load = send()
  await expectSaid(clew.ui, clew.dataDir, text, began)
  expect((await health(clew.ui)).ready).toBe(false)
  await expect.poll(() => load.refusals.join('\n'), { timeout: 60_000 }).toMatch(text)
  expect(load.refusals.join('\n')).toMatch(/503|UNAVAILABLE|writing to disk failed/)
  // Long enough for inserts and merges of the engine to fail, too.
  await sleep(5000)
  const before = ledger.acknowledged.size
  end()
  await expect.poll(() => ledger.acknowledged.size, { timeout: 60_000 }).toBeGreaterThan(before + 100)
  await load.stop()
  await expect.poll(async () => (await health(clew.ui)).lines, { timeout: 60_000 }).toEqual([])
  expect((await health(clew.ui)).ready).toBe(true)
  await expect.poll(async () => (await storeState(clew.ui)).segmentsWaiting, { timeout: 60_000 }).toBe(0)
  expect((await clew.stop('SIGTERM')).code).toBe(0)
  const copy = newDataDir()
  disk.shell(`cp -a ${clew.dataDir}/. ${copy}`)
  const store = await openStore({ dataDirectory: copy, url: 'chdb', retentionDays: 7 })
  const { stored, ...verdict } = await compareWithLedger(store, ledger)
  await store.close()
  console.log(`${ledger.acknowledged.size} requests acknowledged, ${stored} items stored`)
  expect(verdict).toEqual(NOTHING_WRONG)
}

test('a full disk: senders are told to come back, it is said, and nothing acknowledged is lost', async () => {
  await surviveFault(
    () => disk.fill(),
    () => disk.free(),
    /ENOSPC|no space/i,
    false,
  )
})

test('a data directory that becomes read-only: senders are told to come back, it is said, and nothing acknowledged is lost', async () => {
  await surviveFault(
    () => disk.protect(clew.dataDir, 'ro'),
    () => disk.protect(clew.dataDir, 'rw'),
    /EROFS|read-only/i,
    // A file that is open can be written to all the same: here none is.
    true,
  )
})
