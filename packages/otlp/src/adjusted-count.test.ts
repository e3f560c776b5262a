import { describe, expect, it } from 'vitest'
import { adjustedCount, samplingThreshold } from './adjusted-count.ts'

describe('adjustedCount', () => {
  it.each([
    ['ot=th:0', 1],
    ['ot=th:8', 2],
    ['ot=th:c', 4],
    ['ot=rv:0123456789abcd;th:fd70a', 2 ** 20 / (2 ** 20 - 0xfd70a)],
    ['vendor=x, ot=th:c;p:3 ,other=y', 4],
    ['ot=th:ffffffffffffff', 2 ** 56],
  ])('reads %s as %d', (state, count) => {
    expect(adjustedCount(state)).toBe(count)
  })

  it.each([
    '',
    'ot=',
    'ot=rv:00',
    'ot=th:',
    'ot=th:xyz',
    'ot=th:123456789012345',
    'ot=th:C',
    'not=th:8',
    'ot=rv:1,x=th:8',
  ])('does not guess from %j', (state) => {
    expect(adjustedCount(state)).toBeUndefined()
  })

  it('keeps all 56 bits of the threshold', () => {
    expect(samplingThreshold('ot=th:ffffffffffffff')).toBe(2n ** 56n - 1n)
    expect(samplingThreshold('ot=th:1')).toBe(2n ** 52n)
  })
})
