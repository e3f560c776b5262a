import { expect, test } from 'vitest'
import { SessionPool } from './session-pool.ts'

test('work waits in line for a session, and leaves the line when aborted', async () => {
  const pool = new SessionPool(['only'], 2)
  let release = (): void => undefined
  const first = pool.use(() => new Promise<string>((resolve) => (release = () => resolve('first'))))
  const order: string[] = []
  const second = pool.use(async (session) => void order.push(`second ${session}`))
  const abort = new AbortController()
  const third = pool.use(async () => void order.push('third'), abort.signal)
  await expect(pool.use(async () => undefined)).rejects.toMatchObject({ code: 'QUERY_QUEUE_FULL' })
  abort.abort()
  await expect(third).rejects.toMatchObject({ code: 'QUERY_CANCELLED' })
  release()
  expect(await first).toBe('first')
  await second
  expect(order).toEqual(['second only'])
})

test('a session comes back when its work fails; closing refuses who waits and who comes', async () => {
  const pool = new SessionPool([1], 5)
  await expect(pool.use(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
  expect(await pool.use((session) => Promise.resolve(session))).toBe(1)
  let release = (): void => undefined
  const running = pool.use(() => new Promise<void>((resolve) => (release = resolve)))
  const waiting = pool.use(async () => undefined)
  pool.close()
  await expect(waiting).rejects.toMatchObject({ code: 'STORE_CLOSED' })
  await expect(pool.use(async () => undefined)).rejects.toMatchObject({ code: 'STORE_CLOSED' })
  release()
  await running
})
