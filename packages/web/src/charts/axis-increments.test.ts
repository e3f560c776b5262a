import { expect, test } from 'vitest'
import { axisIncrements, valueRange } from './axis-increments.ts'

test('bytes tick in powers of two, the rest in tens', () => {
  expect(axisIncrements('By')?.slice(0, 4)).toEqual([1, 2, 4, 8])
  expect(axisIncrements('By/s')).toBeDefined()
  expect(axisIncrements('ms')).toBeUndefined()
})

test('the axis holds zero and is never empty', () => {
  expect(valueRange(null, null)).toEqual([0, 1])
  expect(valueRange(0, 0)).toEqual([0, 1])
  expect(valueRange(5, 100)).toEqual([0, 106])
  expect(valueRange(-50, -10)).toEqual([-53, 0])
})
