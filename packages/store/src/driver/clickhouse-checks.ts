import { ClewError } from '@clew/base/errors'
import type { ClickHouseClient } from '@clickhouse/client'

const MIN_VERSION = [26, 2] as const

/**
 * Text indexes with a tokenizer came with this version.
 * @throws ClewError ENGINE_TOO_OLD
 */
export function checkVersion(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > MIN_VERSION[0] || (major === MIN_VERSION[0] && minor >= MIN_VERSION[1])) return
  throw new ClewError('ENGINE_TOO_OLD', `the ClickHouse server has version ${version}`, {
    fix: `use ${MIN_VERSION.join('.')} or newer`,
  })
}

/**
 * The server must know the cluster, and by which shard and replica it is itself: the tables' paths in Keeper are made of that.
 * @throws ClewError CLUSTER_UNKNOWN, CLUSTER_MACROS
 */
export async function checkCluster(client: ClickHouseClient, name: string): Promise<void> {
  const read = async <Row>(query: string): Promise<Row[]> =>
    await (await client.query({ query, format: 'JSONEachRow' })).json<Row>()
  const clusters = (await read<{ cluster: string }>('SELECT DISTINCT cluster FROM system.clusters')).map(
    (row) => row.cluster,
  )
  if (!clusters.includes(name)) {
    throw new ClewError('CLUSTER_UNKNOWN', `the ClickHouse server knows no cluster ${JSON.stringify(name)}`, {
      fix:
        clusters.length === 0
          ? 'configure remote_servers there'
          : `its clusters are ${clusters.slice(0, 20).join(', ')}`,
    })
  }
  const macros = new Set((await read<{ macro: string }>('SELECT macro FROM system.macros')).map((row) => row.macro))
  const missing = ['shard', 'replica'].filter((macro) => !macros.has(macro))
  if (missing.length === 0) return
  throw new ClewError('CLUSTER_MACROS', `the ClickHouse server has no macro ${missing.join(' and ')}`, {
    fix: 'give every server <macros> with its shard and replica; docs/cluster.md has an example',
  })
}
