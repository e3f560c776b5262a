import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  addColumns,
  commentColumns,
  dropColumns,
  dropIndexes,
  materialize,
  promotedKey,
  readComment,
} from './promoted-ddl.ts'
import { isPromotedColumnName, PROMOTABLE_LEVELS } from './promoted-key.ts'

const promoted = fc
  .record({
    level: fc.constantFrom(...PROMOTABLE_LEVELS),
    key: fc.string({ unit: 'binary' }).map((key) => key.toWellFormed()),
    form: fc.constantFrom('low' as const, 'text' as const, 'int' as const, 'double' as const),
    sinceMillis: fc.nat(),
    retiringSinceMillis: fc.option(fc.nat(), { nil: undefined }),
  })
  .map(promotedKey)

test('whatever the key: its text never becomes part of a statement, and the schema tells it exactly', () => {
  fc.assert(
    fc.property(promoted, (key) => {
      const clauses = [
        addColumns(key),
        commentColumns(key),
        dropIndexes(key),
        dropColumns(key),
        materialize([key], '20260101'),
      ].flatMap(({ columns = [], storage = [] }) => [...columns, ...storage])
      for (const text of clauses) {
        // Only constants of ours, names and hex digits: nothing that could end a literal early.
        expect(text).toMatch(/^[\w\s(){}[\]<>=!,.:"'>-]*$/)
        const comments = [...text.matchAll(/COMMENT (?:COLUMN IF EXISTS \w+ )?'([^']*)'/g)].map(
          ([, comment]) => comment!,
        )
        for (const comment of comments) expect(readComment(comment)).toEqual(key)
      }
      expect(addColumns(key).columns![0]).toContain('COMMENT')
    }),
  )
})

test('the same promotion has the same columns, any other has others', () => {
  fc.assert(
    fc.property(promoted, promoted, (a, b) => {
      const same = a.level === b.level && a.key === b.key && a.form === b.form && a.sinceMillis === b.sinceMillis
      expect(a.column === b.column).toBe(same)
      expect(isPromotedColumnName(a.column)).toBe(true)
      expect(a.rest === undefined || isPromotedColumnName(a.rest)).toBe(true)
    }),
  )
})

test('a comment that is not ours is no promoted key', () => {
  for (const comment of [
    '',
    'x',
    '{}',
    'null',
    '[]',
    '{"clew":"key"}',
    '{"clew":"key","level":"resource","key":"61","form":"low","since":1}',
  ])
    expect(readComment(comment)).toBeUndefined()
  expect(isPromotedColumnName('p_0123456789abcdeF')).toBe(false)
  expect(isPromotedColumnName('p_0123456789abcdef; DROP')).toBe(false)
})
