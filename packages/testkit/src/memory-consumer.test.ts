import { ConsumeError } from '@clew/otlp/consumer'
import { encodeBatch } from '@clew/otlp/encode'
import { expect, it } from 'vitest'
import { MemoryConsumer } from './memory-consumer.ts'

const batch = encodeBatch('traces', { resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'a' }, { name: 'b' }] }] }] })

it('keeps what it takes and answers as told', async () => {
  const consumer = new MemoryConsumer()
  const done = consumer.received(4)
  consumer.answers.push(new ConsumeError('FULL', 'full', { retryable: true }), {
    rejected: { count: 1, reason: 'old' },
  })
  await expect(consumer.consume(batch, {})).rejects.toThrow('full')
  expect(await consumer.consume(batch, {})).toEqual({ rejected: { count: 1, reason: 'old' } })
  expect(await consumer.consume(batch, {})).toEqual({})
  await done
  expect([consumer.calls, consumer.batches.length, consumer.pointCount('traces'), consumer.pointCount('logs')]).toEqual(
    [3, 2, 4, 0],
  )
})

it('holds calls while it is blocked', async () => {
  const consumer = new MemoryConsumer()
  consumer.block()
  const call = consumer.consume(batch, {})
  await Promise.resolve()
  expect(consumer.batches).toHaveLength(0)
  consumer.release()
  await call
  expect(consumer.batches).toEqual([batch])
})
