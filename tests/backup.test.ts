import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { encode } from '@clew/otlp/encode'
import { sql } from '@clew/store/sql/sql'
import { openStore } from '@clew/store/store'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { type ClewProcess, newDataDir, removeDataDirs, runClew, startClew } from './clew-process.ts'

const running: ClewProcess[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map((clew) => clew.stop('SIGKILL')))
})
afterAll(removeDataDirs)

async function start(dataDir: string, args: readonly string[] = []): Promise<ClewProcess> {
  const clew = await startClew(dataDir, args)
  running.push(clew)
  return clew
}

const traceIdOf = (number: number): string => number.toString(16).padStart(32, 'b')

async function send(clew: ClewProcess, number: number): Promise<boolean> {
  const nowNanos = BigInt(Date.now()) * 1_000_000n
  const spans = [1, 2, 3].map((i) => ({
    traceId: traceIdOf(number),
    spanId: (number * 10 + i).toString(16).padStart(16, '0'),
    name: `step ${i}`,
    startTimeUnixNano: nowNanos,
    endTimeUnixNano: nowNanos + 5n,
  }))
  const response = await fetch(`${clew.otlpHttp}/v1/traces`, {
    method: 'POST',
    body: encode('traces', { resourceSpans: [{ scopeSpans: [{ spans }] }] }),
    headers: { 'content-type': 'application/x-protobuf' },
  })
  await response.arrayBuffer()
  return response.ok
}

interface Counts {
  readonly spans: string
  readonly distinct: string
  readonly summed: string
}

/** How often each trace is there, read from the directory itself. */
async function stored(dataDirectory: string): Promise<{ counts: Counts; traces: Map<string, number> }> {
  const store = await openStore({ dataDirectory, url: 'chdb', retentionDays: 7 })
  try {
    await store.flush()
    const counts = await store.query<Counts>(
      sql`SELECT count() AS spans, uniqExact(SpanId) AS distinct, (SELECT sum(SpanCount) FROM trace_summaries) AS summed FROM spans`,
    )
    const traces = await store.query<{ id: string; n: string }>(
      sql`SELECT lower(hex(TraceId)) AS id, count() AS n FROM spans GROUP BY TraceId`,
    )
    return { counts: counts.rows[0]!, traces: new Map(traces.rows.map((row) => [row.id, Number(row.n)])) }
  } finally {
    await store.close()
  }
}

describe('backup and restore', () => {
  test('a backup of a running Clew has all that was acknowledged before it, once; a restore overwrites nothing', async () => {
    const clew = await start(newDataDir())
    const before: number[] = []
    for (let number = 1; number <= 60; number++) if (await send(clew, number)) before.push(number)
    // Data goes on coming while the backup is made.
    let isDone = false
    const loading = (async () => {
      for (let number = 1000; !isDone; number++) await send(clew, number)
    })()
    const backup = await runClew(['backup', 'first', '--json'], { env: clew.env })
    isDone = true
    await loading
    expect(backup.code, backup.stderr).toBe(0)
    const { place, bytes, state } = JSON.parse(backup.stdout) as { place: string; bytes: number; state: string }
    expect({ place, state }).toEqual({ place: join(clew.dataDir, 'backups', 'first'), state: 'done' })
    expect(bytes).toBeGreaterThan(0)

    const again = await runClew(['backup', 'first'], { env: clew.env })
    expect([again.code === 0, again.stderr]).toEqual([false, expect.stringContaining('choose another name')])
    const odd = await runClew(['backup', '../elsewhere'], { env: clew.env })
    expect([odd.code === 0, odd.stderr]).toEqual([false, expect.stringContaining('letters, digits')])

    const fresh = newDataDir()
    const restored = await runClew(['restore', place, '--data-dir', fresh])
    expect(restored.code, restored.stderr).toBe(0)
    expect(restored.stdout.trim()).toBe(fresh)
    const { counts, traces } = await stored(fresh)
    expect(before).toHaveLength(60)
    expect(before.filter((number) => traces.get(traceIdOf(number)) !== 3)).toEqual([])
    expect(counts).toEqual({ spans: counts.spans, distinct: counts.spans, summed: counts.spans })

    const onto = await runClew(['restore', place, '--data-dir', fresh])
    expect([onto.code === 0, onto.stderr]).toEqual([false, expect.stringContaining('never overwrites')])
    const inUse = await runClew(['restore', place, '--data-dir', clew.dataDir])
    expect([inUse.code === 0, inUse.stderr]).toEqual([false, expect.stringContaining('another clew process')])
    const missing = await runClew(['restore', join(place, 'data'), '--data-dir', newDataDir()])
    expect([missing.code === 0, missing.stderr]).toEqual([false, expect.stringContaining('no whole backup')])

    // The restored store goes on as any other.
    const next = await start(fresh)
    expect(await send(next, 5000)).toBe(true)
    expect(existsSync(join(fresh, 'engine'))).toBe(true)
  }, 120_000)
})

describe('upgrade', () => {
  /** Leaves a data directory as a Clew with another schema version would. */
  async function withSchemaVersion(version: number, retentionDays: number): Promise<string> {
    const dataDirectory = newDataDir()
    const store = await openStore({ dataDirectory, url: 'chdb', retentionDays: 7 })
    const reached = Number.isSafeInteger(version) ? version : 0
    await store.query(
      sql`INSERT INTO schema_version (Version, RetentionDays) SELECT ${reached}, ${retentionDays} SETTINGS log_comment = ''`,
    )
    await store.close()
    return dataDirectory
  }

  test('a data directory of an older schema is brought to this one on start, step by step', async () => {
    const dataDir = await withSchemaVersion(0, 3)
    const clew = await start(dataDir)
    expect(await send(clew, 1)).toBe(true)
    const { code, stderr } = await clew.stop()
    expect(code).toBe(0)
    expect(stderr).toMatch(/changing the database.*fromVersion=0/)
    const steps = [...stderr.matchAll(/changed the database.*step=(\d+).*of=(\d+)/g)].map((match) => [
      match[1],
      match[2],
    ])
    expect(steps.length).toBeGreaterThan(2)
    expect(steps).toEqual(steps.map((_, index) => [String(index + 1), String(steps.length)]))
    expect((await stored(dataDir)).traces.get(traceIdOf(1))).toBe(3)
    // Once is enough.
    const second = await start(dataDir)
    expect((await second.stop()).stderr).not.toContain('changing the database')
  }, 60_000)

  test('a data directory of a newer schema is refused, and left as it is', async () => {
    const dataDir = await withSchemaVersion(1000, 7)
    await expect(start(dataDir)).rejects.toThrow(/schema version 1000.*\n?.*newer Clew/s)
    await expect(openStore({ dataDirectory: dataDir, url: 'chdb', retentionDays: 7 })).rejects.toMatchObject({
      code: 'SCHEMA_TOO_NEW',
    })
  }, 60_000)
})
