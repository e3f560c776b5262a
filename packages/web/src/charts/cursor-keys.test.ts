import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { moveCursor } from './cursor-keys.ts'

const none = { index: null, anchor: null }

test('the first arrow enters from its side', () => {
  expect(moveCursor(none, 'ArrowRight', false, 10)?.cursor.index).toBe(0)
  expect(moveCursor(none, 'ArrowLeft', false, 10)?.cursor.index).toBe(9)
})

test('shift selects from where the cursor was, an arrow without it ends the selection', () => {
  const selected = moveCursor({ index: 4, anchor: null }, 'ArrowRight', true, 10)
  expect(selected?.cursor).toEqual({ index: 5, anchor: 4 })
  expect(moveCursor({ index: 5, anchor: 4 }, 'ArrowRight', false, 10)?.cursor).toEqual({ index: 6, anchor: null })
})

test('enter zooms into the selection, or around the cursor', () => {
  expect(moveCursor({ index: 7, anchor: 3 }, 'Enter', false, 10)).toEqual({
    cursor: { index: 7, anchor: 3 },
    zoom: true,
  })
  expect(moveCursor({ index: 0, anchor: null }, 'Enter', false, 10)).toEqual({
    cursor: { index: 1, anchor: 0 },
    zoom: true,
  })
  expect(moveCursor(none, 'Enter', false, 10)).toBeUndefined()
})

test('escape clears step by step and is then left to the page', () => {
  expect(moveCursor({ index: 5, anchor: 4 }, 'Escape', false, 10)?.cursor).toEqual({ index: 5, anchor: null })
  expect(moveCursor({ index: 5, anchor: null }, 'Escape', false, 10)?.cursor).toEqual(none)
  expect(moveCursor(none, 'Escape', false, 10)).toBeUndefined()
})

test('other keys and empty charts are not touched', () => {
  expect(moveCursor(none, 'a', false, 10)).toBeUndefined()
  expect(moveCursor(none, 'ArrowLeft', false, 0)).toBeUndefined()
})

test('the cursor never leaves the chart', () => {
  const key = fc.constantFrom('ArrowLeft', 'ArrowRight', 'PageUp', 'PageDown', 'Home', 'End', 'Enter', 'Escape')
  fc.assert(
    fc.property(fc.array(fc.tuple(key, fc.boolean())), fc.integer({ min: 1, max: 50 }), (keys, count) => {
      let cursor: { readonly index: number | null; readonly anchor: number | null } = none
      for (const [name, shift] of keys) cursor = moveCursor(cursor, name, shift, count)?.cursor ?? cursor
      for (const value of [cursor.index ?? 0, cursor.anchor ?? 0]) {
        expect(value).toBeGreaterThanOrEqual(0)
        expect(value).toBeLessThan(count)
      }
    }),
  )
})
