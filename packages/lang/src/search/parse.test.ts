import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SyntaxProblem } from '../kit/syntax-problem.ts'
import type { SearchExpr } from './ast.ts'
import { MAX_SEARCH_CHARS, MAX_SEARCH_CONDITIONS, parseSearch } from './parse.ts'
import { printSearch } from './print.ts'

/** The expression without places, for comparing. */
function bare(expr: SearchExpr): unknown {
  return JSON.parse(JSON.stringify(expr, (key, value: unknown) => (key === 'position' ? undefined : value)))
}

function problem(source: string): SyntaxProblem {
  try {
    parseSearch(source)
  } catch (error) {
    if (error instanceof SyntaxProblem) return error
    throw error
  }
  throw new Error(`'${source}' was accepted`)
}

describe('what is written is what is meant', () => {
  test.each([
    ['', ''],
    ['service=cart', 'service=cart'],
    ['service = cart', 'service=cart'],
    ["name:'GET /'", 'name:"GET /"'],
    ['a=1 b=2', 'a=1 AND b=2'],
    ['a=1 AND b=2 OR c=3 d=4', 'a=1 AND b=2 OR c=3 AND d=4'],
    ['(a=1 OR b=2) c=3', '(a=1 OR b=2) AND c=3'],
    ['((a=1)) AND (b=2 AND c=3)', 'a=1 AND b=2 AND c=3'],
    ['-error NOT name=x', 'NOT error AND NOT name=x'],
    ['-(a=1 b=2)', 'NOT (a=1 AND b=2)'],
    ['a=1 && b=2 || c=3', 'a=1 AND b=2 OR c=3'],
    ['k:*', 'k:*'],
    ['k!:*', 'NOT k:*'],
    ['k!:slow', 'k!:slow'],
    ['span."weird key"=1', 'span."weird key"=1'],
    ['"weird key">=1', '"weird key">=1'],
    ['service=(a, "b c",d)', 'service=(a, "b c", d)'],
    ['service=(a)', 'service=a'],
    ['url=https://a:80/b?c=d&e', 'url=https://a:80/b?c=d&e'],
    ['name=~GET(a|b)', 'name=~GET(a|b)'],
    ['(name=~GET(a|b))', 'name=~GET(a|b)'],
    [String.raw`name=~"\d+\.x"`, String.raw`name=~"\\d+\\.x"`],
    ['"AND" AND k="OR"', '"AND" AND k="OR"'],
    ['k=-5', 'k=-5'],
    ['"connection refused"', '"connection refused"'],
    ["don't", "don't"],
    ['k= ~x', 'k="~x"'],
    ['k=""', 'k=""'],
    ['k=a,b', 'k=a,b'],
  ])('%s', (source, printed) => {
    expect(printSearch(parseSearch(source))).toBe(printed)
    expect(printSearch(parseSearch(printed))).toBe(printed)
  })

  test('quotes inside quotes, backslashes and line breaks come through', () => {
    const expr = parseSearch(String.raw`k="a\"b\\c\nd\x"`)
    expect(expr).toMatchObject({ kind: 'compare', values: [{ text: 'a"b\\c\nd\\x', quoted: true }] })
  })

  test('places are offsets of the text', () => {
    expect(parseSearch('x OR span.k >= 5')).toMatchObject({
      items: [
        { value: { position: { start: 0, end: 1 } } },
        {
          field: { level: 'span', key: 'k', position: { start: 5, end: 11 } },
          values: [{ position: { start: 15, end: 16 } }],
          position: { start: 5, end: 16 },
        },
      ],
    })
  })
})

describe('faults say where and what', () => {
  test.each([
    ['a=', 2, 2, /value after '='/],
    ['a=1 AND', 7, 7, /condition at the end/],
    ['(a=1', 4, 4, /expected '\)'/],
    ['a=1)', 3, 4, /unexpected '\)'/],
    ['= 5', 0, 1, /expected a condition/],
    ['k="x', 2, 4, /not closed/],
    ['"x', 0, 2, /not closed/],
    ['k=AND b=1', 2, 5, /expected a value/],
    ['k>(1,2)', 2, 3, /list of values goes with/],
    ['k=(1 2)', 5, 6, /',' or '\)'/],
    ['k=()', 3, 4, /value in the list/],
    ['OR a', 0, 2, /expected a condition/],
    ['()', 1, 2, /expected a condition/],
  ])('%s', (source, start, end, message) => {
    const found = problem(source)
    expect(found.code).toBe('BAD_QUERY')
    expect(found.position).toEqual({ start, end })
    expect(found.message).toMatch(message)
  })

  test('size limits', () => {
    expect(problem('x'.repeat(MAX_SEARCH_CHARS + 1)).message).toMatch(/characters/)
    expect(problem('('.repeat(1000)).message).toMatch(/nested deeper/)
    expect(problem('NOT '.repeat(1000)).message).toMatch(/nested deeper/)
    expect(problem('-'.repeat(1000) + 'x').message).toMatch(/nested deeper/)
    expect(problem('a '.repeat(MAX_SEARCH_CONDITIONS + 1)).message).toMatch(/conditions/)
    expect(problem(`a=(${'1,'.repeat(MAX_SEARCH_CONDITIONS)}1)`).message).toMatch(/conditions/)
  })
})

describe('any text', () => {
  const pieces = fc.constantFrom(
    ...'AND|OR|NOT|-|(|)|=|!=|<|>=|=~|!~|:|!:|*|"|\'| |,|span.|resource.|k|name|5|1.5s|\\|~|!|ä|\u{1F600}|\n'.split(
      '|',
    ),
    'event."x y"',
    '"q"',
  )
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.array(pieces, { maxLength: 25 }).map((p) => p.join('')),
  )

  test('is parsed or refused with a place inside it, and printing is stable', () => {
    fc.assert(
      fc.property(texts, (source) => {
        let expr: SearchExpr
        try {
          expr = parseSearch(source)
        } catch (error) {
          if (!(error instanceof SyntaxProblem)) throw error
          expect(error.position.start).toBeGreaterThanOrEqual(0)
          expect(error.position.end).toBeLessThanOrEqual(source.length)
          expect(error.position.start).toBeLessThanOrEqual(error.position.end)
          return
        }
        const printed = printSearch(expr)
        const again = parseSearch(printed)
        expect(printSearch(again)).toBe(printed)
        expect(strip(bare(again))).toEqual(strip(bare(expr)))
      }),
      { numRuns: 3000 },
    )
  })
})

/** Printing may add quotes to text that cannot stand without; they mean the same there. */
function strip(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, inner: unknown) => (key === 'quoted' ? undefined : inner)))
}
