import { expect, test } from 'vitest'
import { highQuantile } from './quantile.ts'

test('nearest rank', () => {
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i)
  expect(highQuantile(hundred, 0.95)).toBe(95)
  expect(highQuantile(hundred, 1)).toBe(100)
  expect(highQuantile([7], 0.95)).toBe(7)
  expect(highQuantile([], 0.95)).toBe(1)
})
