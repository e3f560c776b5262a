import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { completeSearch } from './complete.ts'

function at(marked: string, signal?: 'traces' | 'logs'): ReturnType<typeof completeSearch> {
  const cursor = marked.indexOf('|')
  return completeSearch(marked.replace('|', ''), cursor, signal)
}
const texts = (marked: string, signal?: 'traces' | 'logs'): string[] =>
  at(marked, signal).items.map((item) => item.text)

test('at the start: fields, levels and keys', () => {
  expect(texts('|')).toEqual(expect.arrayContaining(['service', 'duration', 'span.', 'resource.']))
  expect(at('|').keys).toEqual({ level: undefined, prefix: '' })
  expect(texts('|')).not.toContain('AND')
})

test('a part of a name filters fields and asks for keys; what is chosen replaces the whole word', () => {
  expect(texts('stat|')).toEqual(['status', 'status.message'])
  expect(at('a=1 htt|p.route')).toMatchObject({ start: 4, end: 14, keys: { prefix: 'htt' } })
  expect(at('span.http|').keys).toEqual({ level: 'span', prefix: 'http' })
  expect(at('span."we|').keys).toEqual({ level: 'span', prefix: 'we' })
})

test('behind an operator: values', () => {
  expect(texts('status=|')).toEqual(['unset', 'ok', 'error'])
  expect(texts('status=er|')).toEqual(['error'])
  expect(texts('root=|')).toEqual(['true', 'false'])
  expect(at('service=ca|')).toMatchObject({ start: 8, end: 10, values: { field: 'service', prefix: 'ca' } })
  expect(at('span.http.route = "/a|').values).toEqual({ field: 'span.http.route', prefix: '/a', quoted: true })
  expect(at('service=(a, b|').values).toEqual({ field: 'service', prefix: 'b', quoted: false })
  expect(at('service=(|').values).toEqual({ field: 'service', prefix: '', quoted: false })
  expect(texts('k:|')).toEqual(['*'])
  expect(texts('severity>=w|', 'logs')).toEqual(['warn'])
})

test('behind a field: operators that fit it', () => {
  expect(texts('duration |')).toEqual(expect.arrayContaining(['>', '<=']))
  expect(texts('duration |')).not.toContain('=~')
  expect(texts('status |')).not.toContain('<')
})

test('behind a condition: keywords and more conditions', () => {
  expect(texts('status=error |')).toEqual(expect.arrayContaining(['AND', 'OR', 'service']))
  expect(texts('(a=1) |')).toEqual(expect.arrayContaining(['AND']))
})

test('never fails, and its range holds the cursor', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), fc.nat(40), (source, n) => {
      const cursor = Math.min(n, source.length)
      const found = completeSearch(source, cursor)
      expect(found.start).toBeLessThanOrEqual(cursor)
      expect(found.end).toBeGreaterThanOrEqual(cursor)
      expect(found.end).toBeLessThanOrEqual(source.length)
    }),
    { numRuns: 2000 },
  )
})
