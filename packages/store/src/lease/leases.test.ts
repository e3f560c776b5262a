import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { systemClock } from '@clew/base/clock'
import { startClickHouseDouble, type ClickHouseDouble } from '@clew/testkit/clickhouse-http'
import { FakeClock } from '@clew/testkit/fake-clock'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openClickHouse } from '../driver/clickhouse.ts'
import { parseClickHouseUrl } from '../driver/clickhouse-url.ts'
import type { Driver } from '../driver/driver.ts'
import { sql } from '../sql/sql.ts'
import { openStore } from '../store.ts'
import { Leases } from './leases.ts'

const TTL_MS = 10_000
const child = fileURLToPath(new URL('../testdata/lease-child.mjs', import.meta.url))

beforeAll(() => {
  // The child is a plain Node program, so it needs what it imports built.
  const tsc = createRequire(import.meta.url).resolve('typescript/package.json')
  execFileSync(process.execPath, [join(tsc, '../bin/tsc'), '-b', fileURLToPath(new URL('../..', import.meta.url))])
}, 300_000)

describe.each([
  ['one server', undefined],
  ['a cluster', 'two'],
])('leases on %s', (_name, cluster) => {
  let double: ClickHouseDouble
  let url: string
  let directory: string
  let driver: Driver
  let clock: FakeClock

  beforeAll(async () => {
    double = await startClickHouseDouble(cluster === undefined ? {} : { cluster })
    url = `${double.url}/leased${cluster === undefined ? '' : `?cluster=${cluster}`}`
    directory = await mkdtemp(join(tmpdir(), 'clew-lease-'))
    const store = await openStore({ dataDirectory: directory, url, retentionDays: 1 })
    await store.close()
    driver = await openClickHouse(parseClickHouseUrl(url))
  })
  afterAll(async () => {
    await driver.close()
    await double.close()
    await rm(directory, { recursive: true, force: true })
  })
  beforeEach(() => {
    clock = new FakeClock()
  })

  const node = (): Leases => new Leases({ driver, clock, ttlMs: TTL_MS })
  const isDone = (leases: Leases, job: string): Promise<boolean> => leases.runExclusively(job, () => Promise.resolve())

  test('of many that want a job at the same time one gets it', async () => {
    for (let round = 0; round < 5; round++) {
      const nodes = Array.from({ length: 8 }, node)
      const done = await Promise.all(nodes.map((each) => isDone(each, `race-${round}`)))
      expect(done.filter(Boolean)).toHaveLength(1)
      expect(nodes.filter((each) => each.holds(`race-${round}`))).toHaveLength(1)
    }
  })

  test('the holder keeps it by renewing; a node that fell silent is replaced after the time to live, not before', async () => {
    const [first, second] = [node(), node()]
    expect(await isDone(first, 'job')).toBe(true)
    for (let i = 0; i < 5; i++) {
      await clock.advance(TTL_MS * 0.6)
      expect([await isDone(first, 'job'), await isDone(second, 'job')]).toEqual([true, false])
    }
    await clock.advance(TTL_MS - 1)
    expect(await isDone(second, 'job')).toBe(false)
    await clock.advance(2)
    expect(first.holds('job')).toBe(false)
    expect(await isDone(second, 'job')).toBe(true)
    // The one that was away sees that it lost the job, although its clock did not move meanwhile.
    expect([await isDone(first, 'job'), first.holds('job'), second.holds('job')]).toEqual([false, false, true])
  })

  test('a job given back is free at once; other jobs are not touched', async () => {
    const [first, second] = [node(), node()]
    expect([await isDone(first, 'a'), await isDone(first, 'b')]).toEqual([true, true])
    await first.release('a')
    expect([await isDone(second, 'a'), await isDone(second, 'b')]).toEqual([true, false])
    await first.close()
    expect(await isDone(second, 'b')).toBe(true)
  })

  test('work that loses the job while it runs is told so', async () => {
    const [slow, other] = [node(), node()]
    expect(await isDone(other, 'long')).toBe(true)
    await other.release('long')
    const kept: boolean[] = []
    await slow.runExclusively('long', async (lease) => {
      kept.push(await lease.keep())
      expect(await isDone(other, 'long')).toBe(false)
      await clock.advance(TTL_MS + 1)
      expect(await isDone(other, 'long')).toBe(true)
      kept.push(await lease.keep())
    })
    expect(kept).toEqual([true, false])
  })

  test('who waits for a job gets it when it is given back, and everyone does it once', async () => {
    const order: string[] = []
    const waiting: string[] = []
    const run = (name: string): Promise<void> =>
      node().waitAndRun(
        'turn',
        async () => {
          order.push(`${name} begins`)
          await sleep(20)
          order.push(`${name} ends`)
        },
        () => waiting.push(name),
      )
    await Promise.all(['a', 'b', 'c'].map(run))
    expect(order).toHaveLength(6)
    for (let i = 0; i < 6; i += 2) expect(order[i]!.replace('begins', 'ends')).toBe(order[i + 1])
    expect(waiting.length).toBeGreaterThan(0)
  })

  test('a database that nobody else can open needs no leases', async () => {
    const alone = new Leases({ driver, clock, alone: true })
    expect(await isDone(alone, 'alone')).toBe(true)
    expect((await driver.query(sql`SELECT Term FROM leases WHERE Job = 'alone'`)).rows).toEqual([])
  })

  test('a process that is killed is replaced; its terms and those of the next never mix', async () => {
    const killed = spawn(process.execPath, [child, url, '1500'], { stdio: ['ignore', 'pipe', 'inherit'] })
    let output = ''
    killed.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    const ended = once(killed, 'close')
    try {
      const next = new Leases({ driver, clock: systemClock, ttlMs: 1500 })
      await expect.poll(() => output.split('\n').length, { timeout: 60_000 }).toBeGreaterThan(3)
      expect(await isDone(next, 'edges')).toBe(false)
      killed.kill('SIGKILL')
      await ended
      const terms = output.split('\n').slice(0, -1)
      expect(terms).not.toContain('lost')
      await expect.poll(() => isDone(next, 'edges'), { timeout: 60_000, interval: 50 }).toBe(true)
      const { rows } = await driver.query<{ Term: string; Owner: string }>(
        sql`SELECT Term, Owner FROM leases WHERE Job = 'edges' ORDER BY Term DESC LIMIT 1`,
      )
      expect(rows[0]?.Owner).toBe(next.owner)
      expect(Number(rows[0]?.Term)).toBeGreaterThan(Number(terms.at(-1)))
    } finally {
      killed.kill('SIGKILL')
    }
  })
})
