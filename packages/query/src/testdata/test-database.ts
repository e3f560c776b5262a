import { startClickHouseDouble } from '@clew/testkit/clickhouse-http'

/** What the tests of this package run on: the embedded engine, or with CLEW_TEST_QUERY_STORE=cluster two shards of a double. */
export async function testDatabase(): Promise<{ url: string; closeTarget: () => Promise<void> }> {
  if (process.env['CLEW_TEST_QUERY_STORE'] !== 'cluster') return { url: 'chdb', closeTarget: () => Promise.resolve() }
  const double = await startClickHouseDouble({ cluster: 'two' })
  return { url: `${double.url}/clew?cluster=two`, closeTarget: () => double.close() }
}
