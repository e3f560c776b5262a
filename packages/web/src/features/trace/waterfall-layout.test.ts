import { expect, test } from 'vitest'
import {
  hitTest,
  indentOf,
  nanosOfX,
  scrollToShow,
  shownIndexes,
  xOfNanos,
  yOfIndex,
  type WaterfallLayout,
} from './waterfall-layout.ts'

const layout: WaterfallLayout = {
  width: 1012,
  height: 226,
  rowPx: 20,
  labelWidth: 300,
  scrollTop: 50,
  window: { start: 1000, end: 2000 },
}

test('time and pixels go both ways', () => {
  expect(xOfNanos(layout, 1000)).toBe(300)
  expect(xOfNanos(layout, 2000)).toBe(1000)
  expect(nanosOfX(layout, xOfNanos(layout, 1234))).toBeCloseTo(1234)
})

test('hits', () => {
  const depth = (index: number): number => index
  expect(hitTest(layout, 500, 10, depth)).toEqual({ part: 'ruler', index: -1 })
  expect(hitTest(layout, 500, yOfIndex(layout, 7), depth)).toEqual({ part: 'timeline', index: 7 })
  expect(hitTest(layout, 500, yOfIndex(layout, 7) - 1, depth)).toEqual({ part: 'timeline', index: 6 })
  expect(hitTest(layout, 6 + 3 * 12, yOfIndex(layout, 3), depth)).toEqual({ part: 'chevron', index: 3 })
  expect(hitTest(layout, 200, yOfIndex(layout, 3), depth)).toEqual({ part: 'label', index: 3 })
})

test('names keep half of the column however deep', () => {
  expect(indentOf(layout, 5)).toBe(60)
  expect(indentOf(layout, 500)).toBe(150)
})

test('only rows on the screen are drawn', () => {
  expect(shownIndexes(layout, 1000)).toEqual([2, 14])
  expect(shownIndexes(layout, 5)).toEqual([2, 5])
  expect(shownIndexes({ ...layout, scrollTop: 0 }, 0)).toEqual([0, 0])
})

test('scrolling moves as little as it must', () => {
  expect(scrollToShow(layout, 5)).toBe(50)
  expect(scrollToShow(layout, 1)).toBe(0)
  expect(scrollToShow(layout, 100)).toBe(2040 - 200)
})
