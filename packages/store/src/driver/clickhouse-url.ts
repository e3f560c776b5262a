import { ClewError } from '@clew/base/errors'
import { isClusterName } from '../schema/layout.ts'

/** Where a ClickHouse server is, from `clickhouse://user:password@host:8123/database?secure=true&cluster=NAME&quorum=2`. */
export interface ClickHouseConfig {
  /** HTTP address without credentials. */
  readonly url: string
  readonly username: string
  readonly password: string
  readonly database: string
  /** The cluster the server is part of, by the name in its configuration; undefined: the server stands alone. */
  readonly cluster?: string
  /** Replicas of a shard that must have a row before its insert counts as done; 1 when absent. */
  readonly quorum?: number
}

const OPTIONS: ReadonlySet<string> = new Set(['secure', 'cluster', 'quorum'])
const MAX_QUORUM = 9
const DATABASE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/

/**
 * Reads a store URL.
 * @throws ClewError STORE_URL
 */
export function parseClickHouseUrl(text: string): ClickHouseConfig {
  const bad = (why: string): ClewError =>
    new ClewError('STORE_URL', `the store address is wrong: ${why}`, {
      fix: 'use clickhouse://user:password@host:8123/database',
    })
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw bad('it is no URL')
  }
  if (url.protocol !== 'clickhouse:' && url.protocol !== 'clickhouses:') throw bad(`unknown scheme ${url.protocol}`)
  for (const name of url.searchParams.keys()) if (!OPTIONS.has(name)) throw bad(`unknown option ${name}`)
  if (url.hostname === '') throw bad('the host is missing')
  const secure = url.protocol === 'clickhouses:' || url.searchParams.get('secure') === 'true'
  const database = decodeURIComponent(url.pathname.slice(1)) || 'clew'
  if (!DATABASE_NAME.test(database)) throw bad(`the database name ${JSON.stringify(database)} is not usable`)
  const cluster = url.searchParams.get('cluster') ?? undefined
  if (cluster !== undefined && !isClusterName(cluster))
    throw bad(`the cluster name ${JSON.stringify(cluster)} is not usable`)
  const quorum = url.searchParams.get('quorum') ?? undefined
  if (quorum !== undefined && !(/^[1-9]$/.test(quorum) && Number(quorum) <= MAX_QUORUM))
    throw bad(`quorum is a number from 1 to ${MAX_QUORUM}`)
  if (quorum !== undefined && cluster === undefined) throw bad('quorum has a meaning only with cluster')
  return {
    url: `${secure ? 'https' : 'http'}://${url.hostname}:${url.port === '' ? (secure ? 8443 : 8123) : url.port}`,
    username: decodeURIComponent(url.username) || 'default',
    password: decodeURIComponent(url.password),
    database,
    ...(cluster === undefined ? {} : { cluster }),
    ...(quorum === undefined ? {} : { quorum: Number(quorum) }),
  }
}
