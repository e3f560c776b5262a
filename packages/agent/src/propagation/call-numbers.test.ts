import { expect, it } from 'vitest'
import { CallNumbers } from './call-numbers.ts'

it('counts for each caller, and forgets the one that was away longest', () => {
  const numbers = new CallNumbers()
  expect([numbers.next('a'), numbers.next('a'), numbers.next('b'), numbers.next('a')]).toEqual([1, 2, 1, 3])
  for (let caller = 0; caller < 1023; caller++) numbers.next(`c${caller}`)
  expect(numbers.next('a')).toBe(4)
  expect(numbers.next('b')).toBe(1)
})
