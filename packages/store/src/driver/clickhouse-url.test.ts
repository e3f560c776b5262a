import { expect, test } from 'vitest'
import { checkVersion } from './clickhouse-checks.ts'
import { parseClickHouseUrl } from './clickhouse-url.ts'

test('addresses with and without their parts', () => {
  expect(parseClickHouseUrl('clickhouse://user:p%40ss@db.example:9123/tele')).toEqual({
    url: 'http://db.example:9123',
    username: 'user',
    password: 'p@ss',
    database: 'tele',
  })
  expect(parseClickHouseUrl('clickhouse://localhost')).toEqual({
    url: 'http://localhost:8123',
    username: 'default',
    password: '',
    database: 'clew',
  })
  expect(parseClickHouseUrl('clickhouses://h/db').url).toBe('https://h:8443')
  expect(parseClickHouseUrl('clickhouse://h/db?secure=true').url).toBe('https://h:8443')
})

test('a cluster, and how many replicas must have a row', () => {
  expect(parseClickHouseUrl('clickhouse://h/db?cluster=prod-1&quorum=2')).toMatchObject({
    cluster: 'prod-1',
    quorum: 2,
  })
  expect(parseClickHouseUrl('clickhouse://h/db')).not.toHaveProperty('cluster')
  const wrong = ['cluster=', 'cluster=a`b', "cluster=a'b", 'cluster=a b', 'cluster=1a', `cluster=${'x'.repeat(64)}`]
  for (const options of [...wrong, 'quorum=2', 'cluster=a&quorum=0', 'cluster=a&quorum=10', 'cluster=a&quorum=auto']) {
    expect(() => parseClickHouseUrl(`clickhouse://h/db?${options}`), options).toThrow(
      expect.objectContaining({ code: 'STORE_URL' }) as Error,
    )
  }
})

test('what is wrong is named, secrets are not', () => {
  for (const url of ['nonsense', 'http://h', 'clickhouse://h/db?x=1', 'clickhouse://h/a;b', 'clickhouse:///db']) {
    expect(() => parseClickHouseUrl(url)).toThrow(expect.objectContaining({ code: 'STORE_URL' }) as Error)
  }
  expect(() => parseClickHouseUrl('clickhouse://u:secret@h/a b')).not.toThrow(/secret/)
})

test('a server that is too old is refused before anything is made in it', () => {
  for (const version of ['26.2.1.1', '26.10.3', '27.1']) expect(() => checkVersion(version)).not.toThrow()
  for (const version of ['25.12.1', '26.1.9', 'unknown']) expect(() => checkVersion(version)).toThrow(/version/)
})
