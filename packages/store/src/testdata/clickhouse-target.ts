import { randomBytes } from 'node:crypto'
import { startClickHouseDouble } from '@clew/testkit/clickhouse-http'
import type { StoreTarget } from './suite-store.ts'

const real = process.env['CLEW_TEST_CLICKHOUSE_URL']

/** What the suites run against. */
export const CLICKHOUSE_NAME: string = real === undefined ? 'a ClickHouse endpoint (double)' : 'a ClickHouse server'

/** A database of its own on the server that CLEW_TEST_CLICKHOUSE_URL (clickhouse://user:password@host:8123) names, else on the double. */
export async function clickHouseTarget(): Promise<StoreTarget> {
  const database = `clew_test_${randomBytes(4).toString('hex')}`
  if (real !== undefined) return { url: withDatabase(real, database), close: () => Promise.resolve() }
  const double = await startClickHouseDouble()
  return { url: `${double.url}/${database}`, close: () => double.close() }
}

/** The cluster of the double. */
export const CLUSTER = 'two'

/** A database on all servers of a cluster: that of CLEW_TEST_CLICKHOUSE_URL when it names one (`?cluster=NAME`), else the double's. */
export async function clusterTarget(): Promise<StoreTarget> {
  const database = `clew_test_${randomBytes(4).toString('hex')}`
  if (real?.includes('cluster=') === true) return { url: withDatabase(real, database), close: () => Promise.resolve() }
  const double = await startClickHouseDouble({ cluster: CLUSTER })
  return { url: `${double.url}/${database}?cluster=${CLUSTER}`, close: () => double.close() }
}

function withDatabase(address: string, database: string): string {
  const [before = '', options] = address.split('?')
  return `${before.replace(/\/$/, '')}/${database}${options === undefined ? '' : `?${options}`}`
}
