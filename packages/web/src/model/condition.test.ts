import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseSearch } from '@clew/lang/search/parse'
import { allOf, condition } from './condition.ts'

test('quotes only where it must', () => {
  expect(condition('service', 'orders')).toBe('service=orders')
  expect(condition('name', 'GET /cart', true)).toBe('name!="GET /cart"')
  expect(condition({ key: 'http.route', level: 'span' }, '/a')).toMatch(/^span\.http\.route=/)
  expect(condition('name', '')).toBe('name=""')
})

test('any key and value parse back to themselves', () => {
  const text = fc.string({ minLength: 1, maxLength: 40, unit: 'binary' })
  fc.assert(
    fc.property(text, text, fc.boolean(), (key, value, not) => {
      const parsed = parseSearch(condition({ key, level: 'span' }, value, not))
      expect(parsed).toMatchObject({ kind: 'compare', operator: not ? '!=' : '=', field: { key, level: 'span' } })
      expect(parsed.kind === 'compare' && parsed.values[0]?.text).toBe(value)
    }),
  )
})

test('conditions are joined, empty ones left out', () => {
  expect(allOf('a=1', '', 'b=2')).toBe('a=1 AND b=2')
})
