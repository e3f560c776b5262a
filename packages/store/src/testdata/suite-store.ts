import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Batch } from '@clew/otlp/batch'
import { encodeBatch } from '@clew/otlp/encode'
import type { LogRecord, Span } from '@clew/otlp/model'
import { afterAll, beforeAll, beforeEach, expect } from 'vitest'
import { onCluster, storageTable } from '../schema/layout.ts'
import type { Table } from '../schema/table.ts'
import { TABLES } from '../schema/tables.ts'
import { ident } from '../sql/ident.ts'
import { Sql, sql } from '../sql/sql.ts'
import { openStore, type Store } from '../store.ts'

/** A database that tests may use, and how to end what it stands on. */
export interface StoreTarget {
  readonly url: string
  close(): Promise<void>
}

export const NOW: bigint = BigInt(Date.now()) * 1_000_000n
export const MINUTE = 60_000_000_000n

/** A store for the tests of a suite, emptied before each. */
export interface SuiteStore {
  /** Address of the database. */
  readonly url: string
  readonly store: Store
  /** Stores a batch and waits until it can be queried. */
  put(batch: Batch): Promise<void>
  count(table: string): Promise<number>
}

/** Registers the hooks that open, empty and close a store. */
export function suiteStore(openTarget: () => Promise<StoreTarget>): SuiteStore {
  let target: StoreTarget
  let directory: string
  let store: Store

  beforeAll(async () => {
    target = await openTarget()
    directory = await mkdtemp(join(tmpdir(), 'clew-store-'))
    store = await openStore({ dataDirectory: directory, url: target.url, retentionDays: 7 })
  })

  afterAll(async () => {
    await store.close()
    await target.close()
    await rm(directory, { recursive: true, force: true })
  })

  beforeEach(async () => {
    // Interned rows are written once per process: they stay.
    const kept = new Set(['resources', 'scopes', 'metric_series'])
    for (const table of TABLES) if (!kept.has(table.name)) await empty(table)
  })

  const empty = async (table: Table): Promise<void> => {
    const name = target.url === 'chdb' ? null : new URL(target.url).searchParams.get('cluster')
    const cluster = name === null ? undefined : { name, database: '' }
    await store.query(new Sql([`TRUNCATE TABLE ${storageTable(table, cluster)}${onCluster(cluster)}`], []))
  }

  return {
    get url() {
      return target.url
    },
    get store() {
      return store
    },
    async put(batch) {
      expect(await store.consumer.consume(batch, {})).toEqual({})
      await store.flush()
    },
    async count(table) {
      const { rows } = await store.query<{ n: string }>(sql`SELECT count() AS n FROM ${ident(table)}`)
      return Number(rows.at(0)?.n)
    },
  }
}

/** Spans of one resource and scope as a batch. */
export function traces(spans: Span[]): Batch {
  return encodeBatch('traces', {
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
        scopeSpans: [{ scope: { name: 'suite', version: '1' }, spans }],
      },
    ],
  })
}

/** Log records of one resource as a batch. */
export function logs(logRecords: LogRecord[]): Batch {
  return encodeBatch('logs', {
    resourceLogs: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
        scopeLogs: [{ logRecords }],
      },
    ],
  })
}
