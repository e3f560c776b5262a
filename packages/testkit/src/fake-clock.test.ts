import { expect, it } from 'vitest'
import { FakeClock } from './fake-clock.ts'

it('stands still until it is moved, then fires what falls due in order', async () => {
  const clock = new FakeClock(5_000_000_000n)
  const fired: string[] = []
  clock.after(20, () => {
    fired.push(`b@${clock.monotonicMillis()}`)
    clock.after(5, () => fired.push(`d@${clock.monotonicMillis()}`))
  })
  clock.after(10, () => fired.push(`a@${clock.monotonicMillis()}`))
  const cancel = clock.after(15, () => fired.push('never'))
  cancel()
  await clock.advance(9)
  expect(fired).toEqual([])
  await clock.advance(20)
  expect(fired).toEqual(['a@10', 'b@20', 'd@25'])
  expect([clock.monotonicMillis(), clock.unixMillis(), clock.pending]).toEqual([29, 5029, 0])
})

it('lets promises run between timers', async () => {
  const clock = new FakeClock()
  const seen: string[] = []
  const wait = (ms: number): Promise<void> => new Promise((resolve) => void clock.after(ms, resolve))
  const run = async (): Promise<void> => {
    await wait(10)
    seen.push('first')
    await wait(10)
    seen.push('second')
  }
  const running = run()
  await clock.advance(30)
  expect(seen).toEqual(['first', 'second'])
  await running
})
