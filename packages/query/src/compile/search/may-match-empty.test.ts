import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mayMatchEmpty } from './may-match-empty.ts'

test.each(['GET', '^GET|^PUT$', '.*orders', '/api/.+', 'a(b)*', '5..', '^2', 'x{2}y'])(
  '%s needs a character',
  (pattern) => expect(mayMatchEmpty(pattern)).toBe(false),
)

test.each([
  '',
  'a*',
  'a|',
  '|a',
  '^$',
  '.*',
  'a?b*',
  '(a)?',
  '[ab]*',
  'a{0}',
  '(?i)',
  'x*|y',
  '\\w*',
  '(|){60}b',
  '((a*)*)*b',
])('%j may do without, or is not certain', (pattern) => expect(mayMatchEmpty(pattern)).toBe(true))

test('never says no where the empty text matches', () => {
  const piece = fc.constantFrom(
    'a',
    'b',
    '.',
    '*',
    '+',
    '?',
    '|',
    '^',
    '$',
    '(',
    ')',
    '[ab]',
    '{0}',
    '{0,2}',
    '{2}',
    '\\d',
    '',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
      const pattern = pieces.join('')
      let matches: boolean
      try {
        matches = new RegExp(pattern).test('')
      } catch {
        return
      }
      if (matches) expect(mayMatchEmpty(pattern), pattern).toBe(true)
    }),
    { numRuns: 20_000 },
  )
})

test('a pattern of any length is judged in time that grows with its length only', () => {
  for (const piece of ['(|)', 'a*', '{', '|', '?', 'a{', '(a*)*']) mayMatchEmpty(piece.repeat(100_000))
})
