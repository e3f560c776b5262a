import { systemClock } from '@clew/base/clock'
import type { Batch } from '@clew/otlp/batch'
import { ACCEPTED, ConsumeError, type ConsumeResult } from '@clew/otlp/consumer'
import { expect, test } from 'vitest'
import { FakeClock } from '@clew/testkit/fake-clock'
import { checkSchema } from '../config/check-schema.ts'
import { parseYaml } from '../config/parse-yaml.ts'
import { spansBatch } from '../testdata/telemetry.ts'
import { queueSchema, withBatchHint, type QueueConfig } from './queue-config.ts'
import { SendQueue } from './send-queue.ts'
import type { SendRequest } from './send-request.ts'

function config(yaml: string): QueueConfig {
  const { value, errors } = checkSchema(queueSchema, parseYaml(yaml, 'c'), [])
  if (value === undefined) throw errors[0] ?? new Error('no value')
  return value
}

interface Rig {
  readonly queue: SendQueue
  readonly clock: FakeClock
  readonly requests: SendRequest[]
  readonly abandoned: Batch[]
  /** Ends the oldest request under way. */
  finish(result?: ConsumeResult | Error): Promise<void>
}

function rig(yaml: string): Rig {
  const clock = new FakeClock()
  const requests: SendRequest[] = []
  const abandoned: Batch[] = []
  const open: { resolve(result: ConsumeResult): void; reject(error: Error): void }[] = []
  const queue = new SendQueue({
    config: config(yaml),
    clock,
    send: (request) => {
      requests.push(request)
      return new Promise((resolve, reject) => open.push({ resolve, reject }))
    },
    onAbandoned: (batch) => abandoned.push(batch),
  })
  return {
    queue,
    clock,
    requests,
    abandoned,
    async finish(result = ACCEPTED) {
      const next = open.shift()
      if (result instanceof Error) next?.reject(result)
      else next?.resolve(result)
      await settled()
    },
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const points = (requests: readonly SendRequest[]): number[] => requests.map((request) => request.points)

test('keeps num_consumers requests under way and counts them as queued until they are done', async () => {
  const { queue, requests, finish } = rig('{num_consumers: 2}')
  for (let i = 1; i <= 4; i++) await queue.offer(spansBatch(i), undefined)
  expect(points(requests)).toEqual([1, 2])
  expect(queue.state()).toMatchObject({ items: 10, requests: 4, capacityRequests: 1000 })
  await finish()
  expect(points(requests)).toEqual([1, 2, 3])
  expect(queue.queuedPoints).toBe(9)
  await finish()
  await finish()
  await finish()
  expect(queue.state()).toMatchObject({ items: 0, requests: 0, bytes: 0 })
})

test.each([
  ['requests', '{num_consumers: 1, queue_size: 2}', 2],
  ['items', '{num_consumers: 1, queue_size: 25, sizer: items}', 2],
  ['bytes', `{num_consumers: 1, queue_size: ${spansBatch(10).byteLength * 3}, sizer: bytes}`, 3],
  ['max_bytes whatever the sizer', `{num_consumers: 1, max_bytes: ${spansBatch(10).byteLength * 2}}`, 2],
])('is bounded in %s, and a full queue says to come back', async (_what, yaml, fits) => {
  const { queue, finish } = rig(yaml)
  for (let i = 0; i < fits; i++) await queue.offer(spansBatch(10), undefined)
  const refusal = await queue.offer(spansBatch(10), undefined).catch((error: unknown) => error)
  expect(refusal).toMatchObject({ code: 'queue_full', retryable: true, retryAfterMs: 1000 })
  await finish()
  await queue.offer(spansBatch(10), undefined)
})

test('a batch bigger than the queue is taken when the queue is empty', async () => {
  const { queue } = rig('{queue_size: 5, sizer: items}')
  await queue.offer(spansBatch(50), undefined)
  expect(queue.queuedPoints).toBe(50)
})

test('block_on_overflow lets the sender wait until there is room, or until it leaves', async () => {
  const { queue, finish } = rig('{num_consumers: 1, queue_size: 1, block_on_overflow: true}')
  await queue.offer(spansBatch(1), undefined)
  const order: string[] = []
  const waiting = queue.offer(spansBatch(2), undefined).then(() => order.push('taken'))
  const leaving = new AbortController()
  const left = queue.offer(spansBatch(3), leaving.signal).catch((error: ConsumeError) => error)
  await settled()
  expect(order).toEqual([])
  leaving.abort()
  expect(await left).toMatchObject({ code: 'queue_full', retryable: true })
  await finish()
  await waiting
  expect(order).toEqual(['taken'])
})

test('wait_for_result answers with what became of it, each sender with an error of its own', async () => {
  const { queue, finish, clock } = rig('{wait_for_result: true, batch: {min_size: 3, flush_timeout: 1s}}')
  const first = queue.offer(spansBatch(1), undefined).catch((error: unknown) => error)
  const second = queue.offer(spansBatch(2), undefined).catch((error: unknown) => error)
  await settled()
  await finish(new ConsumeError('send_failed', 'broken', { retryable: false }))
  const errors = [await first, await second]
  expect(errors).toEqual([
    expect.objectContaining({ message: 'broken' }),
    expect.objectContaining({ message: 'broken' }),
  ])
  expect(errors[0]).not.toBe(errors[1])
  const third = queue.offer(spansBatch(5), undefined)
  await clock.advance(0)
  await finish({ rejected: { count: 1, reason: 'old' } })
  expect(await third).toEqual({ rejected: { count: 1, reason: 'old' } })
})

test('batching sends when enough has gathered', async () => {
  const { queue, requests } = rig('{batch: {min_size: 10, flush_timeout: 1s}}')
  for (let i = 0; i < 3; i++) await queue.offer(spansBatch(4), undefined)
  expect(points(requests)).toEqual([12])
  expect(requests[0]?.batches).toHaveLength(3)
})

test('batching sends what there is when the time is over', async () => {
  const { queue, requests, clock } = rig('{batch: {min_size: 10, flush_timeout: 200ms}}')
  await queue.offer(spansBatch(4), undefined)
  await clock.advance(199)
  expect(requests).toHaveLength(0)
  await clock.advance(1)
  expect(points(requests)).toEqual([4])
  await queue.offer(spansBatch(2), undefined)
  expect(requests).toHaveLength(1)
  await clock.advance(200)
  expect(points(requests)).toEqual([4, 2])
})

test('max_size keeps requests apart and splits a batch that is bigger by itself', async () => {
  const { queue, requests, finish } = rig('{num_consumers: 1, batch: {min_size: 10, max_size: 10, flush_timeout: 1s}}')
  await queue.offer(spansBatch(6), undefined)
  await queue.offer(spansBatch(6), undefined)
  expect(points(requests)).toEqual([6])
  await queue.offer(spansBatch(25), undefined)
  await finish()
  await finish()
  await finish()
  await finish()
  await finish()
  expect(points(requests)).toEqual([6, 6, 10, 10, 5])
  expect(queue.queuedPoints).toBe(0)
})

test('drain sends what waits for more, and takes nothing new', async () => {
  const { queue, requests, finish } = rig('{batch: {min_size: 100, flush_timeout: 1h}}')
  await queue.offer(spansBatch(3), undefined)
  const drained = queue.drain(10_000, () => undefined)
  await settled()
  expect(points(requests)).toEqual([3])
  await expect(queue.offer(spansBatch(1), undefined)).rejects.toMatchObject({ code: 'shutting_down' })
  await finish()
  await drained
  expect(queue.queuedPoints).toBe(0)
})

test('drain gives up what is left after its time, and accounts for all of it', async () => {
  const abandoned: Batch[] = []
  const cut = new AbortController()
  let failed = 0
  const queue = new SendQueue({
    config: config('{num_consumers: 1}'),
    clock: systemClock,
    send: (request) =>
      new Promise((_resolve, reject) => {
        cut.signal.addEventListener('abort', () => {
          failed += request.points
          reject(new Error('cut'))
        })
      }),
    onAbandoned: (batch) => abandoned.push(batch),
  })
  await queue.offer(spansBatch(1), undefined)
  await queue.offer(spansBatch(2), undefined)
  await queue.offer(spansBatch(4), undefined)
  await queue.drain(20, () => cut.abort())
  expect(failed).toBe(1)
  expect(abandoned.map((batch) => batch.pointCount)).toEqual([2, 4])
  expect(queue.state()).toMatchObject({ items: 0, bytes: 0, requests: 0 })
})

test('a batch processor in front sets what the queue itself leaves open', () => {
  const hint = { flushTimeoutMs: 50, minSize: 7, maxSize: 9 }
  expect(withBatchHint(config('{}'), hint).batch).toEqual({
    flush_timeout: 50,
    min_size: 7,
    max_size: 9,
    sizer: 'items',
  })
  expect(withBatchHint(config('{batch: {min_size: 3}}'), hint).batch?.min_size).toBe(3)
  expect(withBatchHint(config('{enabled: false}'), hint).batch).toBeUndefined()
})
