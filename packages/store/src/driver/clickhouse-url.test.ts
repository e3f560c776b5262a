import { expect, test } from 'vitest'
import { checkVersion, parseClickHouseUrl } from './clickhouse.ts'

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
