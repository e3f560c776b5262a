import { expect, test } from 'vitest'
import { parseSearch } from '@clew/lang/search/parse'
import { searchHref } from './search-href.ts'

test('leads to what has the key, whatever the key', () => {
  for (const key of ['order.id', 'we\'ird \\ "key" &=?#', 'ünï']) {
    const href = searchHref({ signal: 'traces', level: 'event', key })!
    expect(href).toMatch(/^\/traces\?q=/)
    const q = new URL(href, 'http://localhost').searchParams.get('q')!
    expect(parseSearch(q)).toMatchObject({ field: { level: 'event', key } })
  }
  expect(searchHref({ signal: 'logs', level: 'log', key: 'a' })).toBe('/logs?q=log.a%3A*')
  expect(searchHref({ signal: 'metrics', level: 'point', key: 'a' })).toBeUndefined()
  expect(searchHref({ signal: 'metrics', level: 'resource', key: 'a' })).toBeUndefined()
})
