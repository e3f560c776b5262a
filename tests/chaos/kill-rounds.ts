import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from '@clew/store/sql/sql'
import { openStore } from '@clew/store/store'
import { expect } from 'vitest'
import { firstJsonLine, FREE_PORTS, spawnClew } from '../clew-process.ts'
import { compareWithLedger, NOTHING_WRONG } from './stored-items.ts'
import { type Ledger, newLedger, TrackedLoad } from './tracked-load.ts'

const LONGEST_LOAD_MS = 1500
/** A kill in this many falls into the start, while what the last run left behind is being stored. */
const KILL_AT_START_EVERY = 5
const LONGEST_START_MS = 1200

/** How many times, from `CLEW_CHAOS_KILLS`. */
export const KILLS: number = Number(process.env['CLEW_CHAOS_KILLS'] ?? 50)

/** Kills Clew with SIGKILL again and again while senders are busy, then holds the store against what they know. */
export async function killUnderLoad(dataDir: string, store: string): Promise<void> {
  const ledger = newLedger()
  for (let round = 1; round <= KILLS; round++) {
    const before = ledger.acknowledged.size
    await killOnce(dataDir, store, round, ledger)
    console.log(`kill ${round} of ${KILLS}: ${ledger.acknowledged.size - before} requests acknowledged before it`)
  }
  expect(ledger.acknowledged.size).toBeGreaterThan(KILLS)
  const opened = await openStore({ dataDirectory: dataDir, url: store, retentionDays: 7 })
  try {
    await opened.flush()
    const { stored, ...verdict } = await compareWithLedger(opened, ledger)
    console.log(`${ledger.acknowledged.size} of ${ledger.sent.size} requests acknowledged; ${stored} items stored`)
    expect(verdict).toEqual(NOTHING_WRONG)
    expect(opened.status().segmentsSetAside).toBe(0)
    const { rows } = await opened.query(
      sql`SELECT (SELECT sum(SpanCount) FROM trace_summaries) = (SELECT count() FROM spans) AS summaries, (SELECT sum(Spans) FROM operation_stats) = (SELECT count() FROM spans) AS statistics`,
    )
    expect(rows).toEqual([{ summaries: 1, statistics: 1 }])
  } finally {
    await opened.close()
  }
}

async function killOnce(dataDir: string, store: string, round: number, ledger: Ledger): Promise<void> {
  const running = spawnClew(['up', '--json', '--data-dir', dataDir, '--store', store, ...FREE_PORTS])
  if (round % KILL_AT_START_EVERY === 0) {
    await sleep(Math.random() * LONGEST_START_MS)
  } else {
    const addresses = (await firstJsonLine(running)) as { otlpHttp: string; otlpGrpc: string }
    const load = new TrackedLoad({ ...addresses, ledger, senders: 4, onRefusal: 'stop' })
    await sleep(Math.random() * LONGEST_LOAD_MS)
    running.child.kill('SIGKILL')
    await load.finished()
  }
  running.child.kill('SIGKILL')
  const { signal, code, stderr } = await running.finished
  expect({ signal, code, stderr: signal === 'SIGKILL' ? '' : stderr }).toEqual({
    signal: 'SIGKILL',
    code: null,
    stderr: '',
  })
}
