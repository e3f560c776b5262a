import fc from 'fast-check'
import { expect, it } from 'vitest'
import { matchesName } from './name-glob.ts'

it.each([
  ['save', 'save', true],
  ['save', 'sav', false],
  ['save', 'savee', false],
  ['save', 's*', true],
  ['save', '*e', true],
  ['save', '*a*', true],
  ['save', 's?ve', true],
  ['save', 's?e', false],
  ['save', 'save*', true],
  ['save', 'save?', false],
  ['', '*', true],
  ['', '?', false],
  ['', '', true],
  ['a*', 'a*', true],
  ['a.b', 'a?b', true],
  ['axb', 'a.b', false],
  ['abcbd', 'a*b?', true],
  ['aab', 'a*ab', true],
])('%j and %j: %s', (name, pattern, expected) => {
  expect(matchesName(name, [pattern])).toBe(expected)
})

it('means the same as a plain recursive definition', () => {
  const defined = (name: string, pattern: string): boolean => {
    if (pattern === '') return name === ''
    if (pattern.startsWith('*')) {
      return defined(name, pattern.slice(1)) || (name !== '' && defined(name.slice(1), pattern))
    }
    return name !== '' && (pattern[0] === '?' || pattern[0] === name[0]) && defined(name.slice(1), pattern.slice(1))
  }
  const text = (...letters: string[]): fc.Arbitrary<string> =>
    fc.string({ unit: fc.constantFrom(...letters), maxLength: 8 })
  fc.assert(
    fc.property(text('a', 'b'), text('a', 'b', '*', '?'), (name, pattern) => {
      expect(matchesName(name, [pattern])).toBe(defined(name, pattern))
    }),
    { numRuns: 3000 },
  )
})

it('answers for a pattern of many stars', () => {
  expect(matchesName('a'.repeat(20_000), [`${'*a'.repeat(200)}*b`])).toBe(false)
})
