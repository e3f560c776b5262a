import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, systemClock } from '@clew/base/clock'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { backfillStep, readCoverage } from '../promote/backfill.ts'
import { keySchema } from '../promote/key-schema.ts'
import type { PromotedKey } from '../promote/promoted-key.ts'
import type { Driver } from '../driver/driver.ts'
import { ident } from '../sql/ident.ts'
import { databaseName, onCluster, storageTable, systemTable } from '../schema/layout.ts'
import { SPANS } from '../schema/tables/spans.ts'
import { Sql, sql } from '../sql/sql.ts'
import { openStore, type Store } from '../store.ts'
import { NOW, type StoreTarget, traces } from './suite-store.ts'

const HOUR_MS = 3_600_000
const ROWS = 300

/** How keys come to columns and lose them, on any kind of database. */
export function keysSuite(name: string, openTarget: () => Promise<StoreTarget>): void {
  describe(name, () => {
    let target: StoreTarget
    let directory: string
    let store: Store
    let aheadMs = 0
    const clock: Clock = { ...systemClock, unixMillis: () => Date.now() + aheadMs }

    beforeAll(async () => {
      target = await openTarget()
      directory = await mkdtemp(join(tmpdir(), 'clew-keys-'))
      store = await open()
      const [, cluster] = rawDriver()
      if (cluster === undefined) return
      const { rows } = await store.query<{ n: number }>(
        sql`SELECT max(replica_num) AS n FROM system.clusters WHERE cluster = ${cluster.name}`,
      )
      copies = Number(rows[0]!.n)
    })
    afterAll(async () => {
      await store.close()
      await target.close()
      await rm(directory, { recursive: true, force: true })
    })

    const open = async (): Promise<Store> =>
      await openStore({
        dataDirectory: directory,
        url: target.url,
        retentionDays: 30,
        clock,
        promotion: {
          maxKeys: 2,
          minUses: 5,
          minRows: ROWS,
          coldMs: 30 * HOUR_MS,
          minAgeMs: 0,
          // Rounds happen when the test says so.
          checkEveryMs: 1e9,
          graceMs: 60_000,
          settleMs: 60_000,
        },
      })

    /** Replicas that have each row: parts are counted on all of them. */
    let copies = 1
    let sent = 0
    const put = async (): Promise<void> => {
      const spans = Array.from({ length: ROWS }, (_, i) => ({
        traceId: (sent + i + 1).toString(16).padStart(32, '0'),
        spanId: (sent + i + 1).toString(16).padStart(16, '0'),
        name: 'op',
        startTimeUnixNano: NOW,
        endTimeUnixNano: NOW,
        attributes: [
          { key: 'int', value: { intValue: BigInt(i % 7) } },
          { key: 'id', value: { stringValue: `id-${sent + i}` } },
          { key: 'kind', value: { stringValue: ['', 'a', 'b'][i % 3]! } },
          { key: 'big', value: { stringValue: 'x'.repeat(1_000) } },
        ],
      }))
      sent += ROWS
      await store.consumer.consume(traces(spans), {})
      await store.flush()
    }
    const use = (key: string, times: number): void => {
      for (let i = 0; i < times; i++)
        store.keys.noteUse({
          signal: 'traces',
          level: 'span',
          key,
          type: 'string',
          how: i % 2 === 0 ? 'filter' : 'group',
        })
    }
    const names = (keys: readonly PromotedKey[]): string[] => keys.map((key) => key.key).toSorted()
    const keyOf = (key: string): PromotedKey => store.keys.promoted().find((each) => each.key === key)!
    const decisions = async () =>
      (
        await store.query<{ text: string }>(
          sql`SELECT concat(toString(Action), ' ', Key, ' by ', toString(Author)) AS text FROM key_decisions ORDER BY AtMillis, Action`,
        )
      ).rows.map((row) => row.text)

    /** A driver made of what the store lets others do. */
    const rawDriver = (): [Pick<Driver, 'query' | 'command' | 'cluster'>, Driver['cluster']] => {
      const name = target.url === 'chdb' ? null : new URL(target.url).searchParams.get('cluster')
      const cluster = name === null ? undefined : { name, database: new URL(target.url).pathname.slice(1) }
      const driver: Pick<Driver, 'query' | 'command' | 'cluster'> = {
        cluster,
        query: (statement, options) => store.query(statement, options),
        command: async (statement, settings = {}) => {
          const list = Object.entries(settings).map(
            ([key, value]) => `${key} = ${typeof value === 'number' ? value : `'${value}'`}`,
          )
          const [text = ''] = statement.parts
          await store.query(new Sql([text.startsWith('ALTER') ? `${text} SETTINGS ${list.join(', ')}` : text], []))
        },
      }
      return [driver, cluster]
    }

    test('nothing happens by itself below the bounds', async () => {
      await put()
      use('int', 4)
      use('big', 50)
      use('http.route', 50)
      await store.keys.runOnce()
      await store.keys.runOnce()
      // `big` is asked for often enough, but its values are too big to be kept twice; `http.route` has a column.
      expect(store.keys.promoted()).toEqual([])
    })

    test('a hot key gets a column: new rows at once, old ones by the backfill, then searches use it', async () => {
      use('int', 1)
      await store.keys.runOnce()
      expect(names(store.keys.promoted())).toEqual(['int'])
      expect(keyOf('int').form).toBe('int')
      await put()
      for (let rounds = 0; store.keys.coverage(keyOf('int'))!.rowsWithout > 0 && rounds < 1_000; rounds++)
        await store.keys.runOnce()
      expect(store.keys.coverage(keyOf('int'))).toEqual({
        totalRows: 2 * ROWS * copies,
        rowsWithout: 0,
        partitionsWithout: [],
      })
      // Complete, but an insert that began before it may still be on its way.
      expect(store.keys.usable()).toEqual([])
      aheadMs += 61_000
      await store.keys.refresh()
      expect(names(store.keys.usable())).toEqual(['int'])
      const { column, rest } = keyOf('int')
      const { rows } = await store.query(
        sql`SELECT countIf(${ident(column)} != 0) AS typed, countIf(${ident(rest!)} != '') AS zeros,
          countIf(if(${ident(column)} != 0, concat(char(1), toString(${ident(column)})), ${ident(rest!)}) != Attributes['int']) AS wrong FROM spans`,
      )
      const zeros = 2 * Math.ceil(ROWS / 7)
      expect(rows).toEqual([{ typed: String(2 * ROWS - zeros), zeros: String(zeros), wrong: '0' }])
      expect(await decisions()).toEqual(['promote int by job'])
    })

    test('it is known after a start, from the schema alone', async () => {
      await store.close()
      store = await open()
      expect(names(store.keys.usable())).toEqual(['int'])
      await put()
      await store.keys.refresh()
      expect(names(store.keys.usable())).toEqual(['int'])
    })

    test('a hotter key takes the place of the coldest; the column leaves after a time in which nobody may use it', async () => {
      use('id', 6)
      await store.keys.runOnce()
      expect(names(store.keys.promoted())).toEqual(['id', 'int'])
      expect(keyOf('id').form).toBe('text')
      use('kind', 11)
      await store.keys.runOnce()
      expect(names(store.keys.promoted())).toEqual(['id'])
      expect(names(store.keys.usable())).not.toContain('int')
      expect(names(store.keys.retiring())).toEqual(['int'])
      await store.keys.runOnce()
      expect(names(store.keys.promoted())).toEqual(['id', 'kind'])
      expect(keyOf('kind').form).toBe('low')
      expect(names(store.keys.retiring())).toEqual(['int'])
      aheadMs += 61_000
      await store.keys.runOnce()
      await store.keys.refresh()
      expect(store.keys.retiring()).toEqual([])
      // What the column held is in the map, as it ever was.
      const { rows } = await store.query(sql`SELECT countIf(mapContains(Attributes, 'int')) AS n FROM spans`)
      expect(rows).toEqual([{ n: String(3 * ROWS) }])
    })

    test('the backfill makes room when inserts wait, and goes on later', async () => {
      const [driver, cluster] = rawDriver()
      const merges = async (verb: 'STOP' | 'START') =>
        await store.query(new Sql([`SYSTEM ${verb} MERGES${onCluster(cluster)} ${storageTable(SPANS, cluster)}`], []))
      const steps = { driver, schema: keySchema(driver) }
      const lacking = async () => {
        const coverage = await readCoverage(driver, store.keys.promoted())
        return [...coverage.values()].reduce((sum, each) => sum + each.rowsWithout, 0)
      }
      const unfinished = async () => {
        const { rows } = await store.query<{ n: string }>(
          sql`SELECT count() AS n FROM ${systemTable('mutations', cluster)} WHERE database = ${databaseName(cluster)} AND NOT is_done AND position(command, 'MATERIALIZE') > 0`,
        )
        return Number(rows[0]!.n)
      }
      const step = async (mayRun: boolean) =>
        await backfillStep(store.keys.promoted(), { ...steps, mayRun: () => mayRun })
      const finish = async () => {
        for (let i = 0; i < 5_000; i++) if ((await step(true)) === 'done') return
        throw new Error('the backfill does not end')
      }
      await finish()
      // The engine is kept from doing what the backfill begins.
      await merges('STOP')
      await store.keys.decide('span', 'int', 'promote')
      expect(await lacking()).toBe(sent * copies)
      expect(await step(false)).toBe('waiting')
      expect(await unfinished()).toBe(0)
      expect(await step(true)).toBe('running')
      expect(await step(true)).toBe('running')
      expect(await unfinished()).toBeGreaterThan(0)
      expect(await step(false)).toBe('waiting')
      expect(await unfinished()).toBe(0)
      expect(await lacking()).toBe(sent * copies)
      await merges('START')
      await finish()
      expect(await lacking()).toBe(0)
      await store.keys.decide('span', 'int', 'auto')
    })

    test('a backfill that the engine tries in vain says why', async () => {
      const [driver, cluster] = rawDriver()
      const table = storageTable(SPANS, cluster)
      const alter = async (change: string) =>
        await store.query(
          new Sql([`ALTER TABLE ${table}${onCluster(cluster)} ${change} SETTINGS mutations_sync = 0`], []),
        )
      const column = 'p_00000000000000ff'
      await alter(`ADD COLUMN ${column} UInt8 MATERIALIZED throwIf(1, 'no room')`)
      await alter(`MATERIALIZE COLUMN ${column}`)
      const schema = keySchema(driver)
      const step = async (mayRun: boolean) => await backfillStep([], { driver, schema, mayRun: () => mayRun })
      await vi.waitFor(async () => await expect(step(true)).rejects.toThrow(/cannot be filled in: .*no room/), 45_000)
      expect(await step(false)).toBe('waiting')
      await alter(`DROP COLUMN ${column}`)
      expect(await step(true)).toBe('done')
    })

    test('a key that nobody asks for any more loses its column', async () => {
      aheadMs += 80 * HOUR_MS
      for (let i = 0; i < 4; i++) await store.keys.runOnce()
      expect(store.keys.promoted()).toEqual([])
      expect(names(store.keys.retiring())).toEqual(['id', 'int', 'kind'])
      aheadMs += 61_000
      await store.keys.runOnce()
      await store.keys.refresh()
      expect(store.keys.retiring()).toEqual([])
      const { rows } = await store.query(
        sql`SELECT count() AS n FROM system.columns WHERE database = currentDatabase() AND startsWith(name, 'p_')`,
      )
      expect(rows).toEqual([{ n: '0' }])
    })

    test('a column leaves although the engine has not finished filling it in', async () => {
      await store.query(sql`SYSTEM STOP MERGES`)
      try {
        await store.keys.decide('span', 'kind', 'promote')
        await store.keys.runOnce()
        expect(store.keys.coverage(keyOf('kind'))!.rowsWithout).toBeGreaterThan(0)
        await store.keys.decide('span', 'kind', 'demote')
        aheadMs += 61_000
        await store.keys.runOnce()
        await store.keys.refresh()
        expect([...store.keys.promoted(), ...store.keys.retiring()]).toEqual([])
      } finally {
        await store.query(sql`SYSTEM START MERGES`)
      }
    })
  })
}
