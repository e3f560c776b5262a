import fc from 'fast-check'
import { RE2JS } from 're2js'
import { describe, expect, test } from 'vitest'
import { compileGoRegex } from './go-regex.ts'
import { linearPattern } from './linear-pattern.ts'

describe('what Go takes and what it does not', () => {
  test.each([
    ['^GET /api', 'GET /api/x', true],
    ['(?i)error|warn', 'an ERROR', true],
    ['\\A[[:alpha:]]+\\z', 'abc', true],
    ['\\A[[:alpha:]]+\\z', 'abc\n', false],
    ['a\\-b', 'a-b', true],
    ['\\Qa.b\\E', 'axb', false],
    ['^.$', '\u2028', true],
    ['^.$', '\n', false],
    ['(?s)^.$', '\n', true],
    ['\\d+', '٣', false],
    ['', '', true],
  ])('%s on %j: %s', (pattern, text, matches) => expect(compileGoRegex(pattern).test(text)).toBe(matches))

  test.each(['(?=a)', '(?<!a)b', '(a)\\1', '(', 'a{2,1}', '(?P<n', '((a{1000}){1000}){1000}'])(
    '%s is refused',
    (pattern) => expect(() => compileGoRegex(pattern)).toThrow(/parsing regexp|repeat|invalid|missing/i),
  )

  test('named groups, the ones that took no part included', () => {
    const regex = compileGoRegex('^(?P<method>GET|PUT) (?<path>/[^ ]*)(?P<rest> .*)?')
    expect(regex.groupNames).toEqual(['method', 'path', 'rest'])
    expect(regex.groups('GET /a/b')).toEqual({ method: 'GET', path: '/a/b', rest: '' })
    expect(regex.groups('POST /')).toBeUndefined()
  })
})

describe('a text of a sender never holds up the process', () => {
  const long = 200_000
  test.each([
    ['(a+)+$', 'a'.repeat(long) + 'b'],
    ['^(a|a)*$', 'a'.repeat(long) + 'b'],
    ['(a|aa)+$', 'a'.repeat(long) + 'b'],
    ['^(\\w+\\s?)*$', 'word '.repeat(long / 5) + '!'],
    ['(x+x+)+y', 'x'.repeat(long)],
    ['a.*b.*c', 'ab'.repeat(long / 2)],
    ['a.*b', 'a'.repeat(long)],
    ['\\s+$', ' '.repeat(long) + 'x'],
    ['([a-zA-Z0-9._-]+)+@example', 'a'.repeat(long)],
    ['(?i)(A+)+$', 'a'.repeat(long) + 'b'],
  ])('%s', (pattern, text) => {
    const regex = compileGoRegex(pattern)
    expect(regex.test(text)).toBe(false)
    expect(regex.groups(text)).toBeUndefined()
  })
})

describe('the faster engine', () => {
  test.each([
    'abc',
    '^GET /api/.*$',
    'http\\.request\\..*',
    '^(?P<m>GET|POST)$',
    '[a-f0-9]+',
    '(?:a|b)c',
    '^/x/[^/]+/y$',
  ])('takes %s', (pattern) => expect(linearPattern(pattern)).toBeInstanceOf(RegExp))
  test.each([
    'a.*b', // each a is a new beginning
    '^a*b*', // two repetitions share characters
    '(a+)+',
    '^(a|b)*',
    'a?',
    'a{3}',
    '^(a+|b)c',
    'x|a+',
    '\\s',
    '\\bx',
    '(?i)a',
    'a+?',
    'ä',
    '[[:alpha:]]',
    '^a+|b',
    '(a',
    'a)',
  ])('is not for %s', (pattern) => expect(linearPattern(pattern)).toBeUndefined())

  test('means what RE2 means wherever it is taken', () => {
    const piece = fc.constantFrom(
      'a',
      'b',
      '.',
      '[ab]',
      '[^a]',
      '\\.',
      '\\d',
      '\\w',
      '(',
      ')',
      '(?:',
      '(?P<n>',
      '|',
      '^',
      '$',
      '*',
      '+',
      ' ',
      '-',
      '/',
    )
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', '.', '1', ' ', '\n', '\r', '\u2028', '-', '/', '😀'),
      maxLength: 12,
    })
    let taken = 0
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 8 }),
        fc.array(text, { minLength: 1, maxLength: 6 }),
        (pieces, texts) => {
          const pattern = pieces.join('')
          const fast = linearPattern(pattern)
          if (fast === undefined) return
          let exact: RE2JS
          try {
            exact = RE2JS.compile(pattern)
          } catch {
            return // compileGoRegex has thrown before it asks
          }
          taken += 1
          for (const each of texts)
            expect(fast.test(each), `${pattern} on ${JSON.stringify(each)}`).toBe(exact.test(each))
        },
      ),
      { numRuns: 5000 },
    )
    expect(taken).toBeGreaterThan(300)
  })
})
