import { describe, expect, it } from 'vitest'
import { WallClock } from './wall-clock.ts'

function epochMs(clock: WallClock): number {
  return clock.seconds * 1000 + clock.nanos / 1e6
}

describe('WallClock', () => {
  it('never goes back, and agrees with the system', () => {
    const clock = new WallClock()
    let last = 0
    for (let i = 0; i < 1000; i++) {
      const before = Date.now()
      clock.now()
      expect(Math.abs(epochMs(clock) - before)).toBeLessThan(1000)
      expect(epochMs(clock)).toBeGreaterThanOrEqual(last)
      last = epochMs(clock)
    }
  })

  it.each([
    [[1_700_000_000, 123_456_789], 1_700_000_000, 123_456_789],
    [1_700_000_000_123, 1_700_000_000, 123_000_000],
    [1_700_000_000_000.25, 1_700_000_000, 250_000],
    [new Date(1_700_000_000_007), 1_700_000_000, 7_000_000],
  ] as const)('reads %j', (input, seconds, nanos) => {
    const clock = new WallClock()
    expect(clock.read(input as never)).toBe(true)
    expect([clock.seconds, clock.nanos]).toEqual([seconds, nanos])
  })

  it('takes small numbers for readings of performance.now()', () => {
    const clock = new WallClock()
    const reading = performance.now()
    clock.read(reading)
    const given = epochMs(clock)
    clock.now()
    expect(given).toBeLessThanOrEqual(epochMs(clock))
    expect(epochMs(clock) - given).toBeLessThan(10_000)
  })

  it.each([Number.NaN, new Date(Number.NaN), 'now', {}, [1], ['1', 2]])('refuses %j', (input) => {
    expect(new WallClock().read(input as never)).toBe(false)
  })
})
