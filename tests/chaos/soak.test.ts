import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseGoDuration } from '@clew/base/go-duration'
import { openStore } from '@clew/store/store'
import { afterAll, expect, test } from 'vitest'
import { type ClewProcess, newDataDir, removeDataDirs, startClew } from '../clew-process.ts'
import { health, storeState } from './health.ts'
import { compareWithLedger, NOTHING_WRONG } from './stored-items.ts'
import { newLedger, TrackedLoad } from './tracked-load.ts'

/** How long: `CLEW_CHAOS_SOAK=8h` for the real thing. */
const SOAK_MS = parseGoDuration(process.env['CLEW_CHAOS_SOAK'] ?? '20m') ?? 1_200_000
const SAMPLES = 120
/** Parts that were merged away pile up for minutes and are removed together: shorter runs can only be held to fixed bounds. */
const SETTLED_MS = 1_200_000

/** What must not grow: by how much the last third may differ from the middle one, and the most there may ever be. */
const MEASURES = {
  memoryMib: { slack: 96, most: 1536, read: memoryMib },
  fileDescriptors: {
    slack: 64,
    most: 1000,
    read: ({ process }: ClewProcess) => readdirSync(`/proc/${process.child.pid}/fd`).length,
  },
  // Each keeps memory and file descriptors: a crowd of them is what grew before the engine was told not to.
  threads: {
    slack: 24,
    most: 150,
    read: ({ process }: ClewProcess) => readdirSync(`/proc/${process.child.pid}/task`).length,
  },
  parts: { slack: 400, most: 20_000, read: ({ dataDir }: ClewProcess) => partsIn(join(dataDir, 'engine', 'store')) },
  segments: { slack: 4, most: 20, read: ({ dataDir }: ClewProcess) => readdirSync(join(dataDir, 'segments')).length },
} as const
type Measure = keyof typeof MEASURES
const NAMES = Object.keys(MEASURES) as Measure[]

function memoryMib({ process }: ClewProcess): number {
  return Math.round(
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${process.child.pid}/status`, 'utf8'))?.[1]) / 1024,
  )
}

/** Folders of parts: store/abc/abc…/PART, those that were merged away and wait for their removal included. */
function partsIn(store: string): number {
  const tables = namesIn(store).flatMap((group) =>
    namesIn(join(store, group)).map((table) => join(store, group, table)),
  )
  return tables.flatMap(namesIn).filter((name) => /^\w+_\d+_\d+_\d+(_\d+)?$/.test(name)).length
}

/** Names in a folder; none when it went away in the meantime. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

let clew: ClewProcess | undefined
afterAll(async () => {
  await clew?.stop('SIGKILL')
  removeDataDirs()
})

test(
  `a steady load for ${SOAK_MS / 60_000} minutes, with questions beside it: nothing grows, nothing is lost`,
  async () => {
    clew = await startClew(newDataDir())
    const running = clew
    const ledger = newLedger()
    const load = new TrackedLoad({ ...running, ledger, senders: 2, pauseMs: 25, onRefusal: 'again' })
    const samples: Record<Measure, number>[] = []
    const began = performance.now()
    for (let i = 0; i < SAMPLES; i++) {
      // Questions take their time, too: on a busy machine they must not make it longer.
      await sleep(Math.max(0, began + ((i + 1) * SOAK_MS) / SAMPLES - performance.now()))
      for (const path of ['/api/services', '/api/traces?q=name="chaos step"', '/api/logs', '/jaeger/api/services']) {
        expect((await fetch(running.ui + path)).status).toBe(200)
      }
      const sample = Object.fromEntries(NAMES.map((name) => [name, MEASURES[name].read(running)])) as Record<
        Measure,
        number
      >
      samples.push(sample)
      if (i % 10 === 9) console.log(`${Math.round(((i + 1) / SAMPLES) * 100)} %: ${JSON.stringify(sample)}`)
    }
    await load.stop()
    expect(load.refusals).toEqual([])
    expect(await health(running.ui)).toEqual({ ready: true, lines: [] })
    for (const name of NAMES) {
      const third = SAMPLES / 3
      const of = (from: number): number[] => samples.slice(from, from + third).map((sample) => sample[name])
      // The least of a third, because parts that were merged away pile up and are removed together.
      const middle = Math.min(...of(third))
      const last = Math.min(...of(2 * third))
      console.log(`${name}: ${middle} at least in the middle third, ${last} in the last`)
      if (SOAK_MS >= SETTLED_MS) expect(last - middle, name).toBeLessThanOrEqual(MEASURES[name].slack)
      else expect(Math.max(...of(2 * third)), name).toBeLessThan(MEASURES[name].most)
    }
    await expect.poll(async () => (await storeState(running.ui)).queuedBytes, { timeout: 60_000 }).toBe(0)
    expect((await running.stop('SIGTERM')).code).toBe(0)
    const store = await openStore({ dataDirectory: running.dataDir, url: 'chdb', retentionDays: 7 })
    const { stored, ...verdict } = await compareWithLedger(store, ledger)
    await store.close()
    console.log(`${ledger.acknowledged.size} requests acknowledged, ${stored} items stored`)
    expect(verdict).toEqual(NOTHING_WRONG)
  },
  SOAK_MS + 300_000,
)
