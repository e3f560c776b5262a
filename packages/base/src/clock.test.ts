import { expect, test } from 'vitest'
import { systemClock } from './clock.ts'

test('wall nanoseconds agree with wall milliseconds and do not run backwards', () => {
  const before = systemClock.unixNanos()
  const drift = Math.abs(Number(before / 1_000_000n) - systemClock.unixMillis())
  expect(drift).toBeLessThan(5_000)
  expect(systemClock.unixNanos()).toBeGreaterThanOrEqual(before)
})

test('a cancelled timer never fires', async () => {
  let fired = 0
  const cancel = systemClock.after(1, () => fired++)
  cancel()
  await new Promise<void>((resolve) => systemClock.after(20, resolve) && setTimeout(resolve, 30))
  expect(fired).toBe(0)
})
