import { expect, test } from 'vitest'
import fc from 'fast-check'
import { pageHref, parseSearchText, searchText } from './url-state.ts'

test('numbers and quotes stay text', () => {
  expect(parseSearchText('?start=1769864607120&q=a%3D%22b%22')).toEqual({ start: '1769864607120', q: 'a="b"' })
})

test('what is empty is left out', () => {
  expect(searchText({ a: '', b: undefined, c: null, d: 0, e: false })).toBe('?d=0&e=false')
  expect(pageHref('/traces')).toBe('/traces')
})

test('any text survives the address bar', () => {
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.string({ minLength: 1 }).filter((key) => key !== '__proto__'),
        fc.string({ minLength: 1, unit: 'grapheme' }),
      ),
      (fields) => {
        expect(parseSearchText(searchText(fields))).toEqual({ ...fields })
      },
    ),
  )
})
