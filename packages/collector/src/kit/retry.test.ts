import { FakeClock } from '@clew/testkit/fake-clock'
import { expect, test } from 'vitest'
import { checkSchema } from '../config/check-schema.ts'
import { parseYaml } from '../config/parse-yaml.ts'
import { GrpcCode } from './grpc-code.ts'
import { GaveUp, retrySchema, withRetry, type RetryConfig } from './retry.ts'
import { RpcError } from './rpc-error.ts'

function config(yaml: string): RetryConfig {
  const { value } = checkSchema(retrySchema, parseYaml(yaml, 'c'), [])
  if (value === undefined) throw new Error('no value')
  return value
}

const busy = (retryAfterMs?: number): RpcError => new RpcError(GrpcCode.unavailable, 'busy', { retryAfterMs })

/** Runs with attempts that fail as given and then succeed; returns the times of all attempts. */
async function attempts(
  yaml: string,
  failures: readonly Error[],
  stop = new AbortController(),
): Promise<{ times: number[]; outcome: unknown }> {
  const clock = new FakeClock()
  const started = clock.monotonicMillis()
  const times: number[] = []
  let outcome: unknown
  let done = false
  const run = withRetry(config(yaml), { clock, stop: stop.signal, random: () => 0.5 }, () => {
    times.push(clock.monotonicMillis() - started)
    const failure = failures[times.length - 1]
    return failure === undefined ? Promise.resolve('sent') : Promise.reject(failure)
  }).then(
    (result) => {
      outcome = result
      done = true
    },
    (error: unknown) => {
      outcome = error
      done = true
    },
  )
  await new Promise((resolve) => setImmediate(resolve))
  for (let i = 0; i < 400 && !done; i++) await clock.advance(1000)
  await run
  return { times, outcome }
}

test('waits half as long again each time, up to the maximum', async () => {
  const { times, outcome } = await attempts(
    '{}',
    Array.from({ length: 7 }, () => busy()),
  )
  expect(outcome).toBe('sent')
  const waits = times.slice(1).map((time, i) => time - (times[i] ?? 0))
  expect(waits).toEqual([5000, 7500, 11_250, 16_875, 25_312.5, 30_000, 30_000])
})

test('a time the server asks for is a lower bound', async () => {
  const { times } = await attempts('{}', [busy(20_000)])
  expect(times).toEqual([0, 20_000])
})

test('gives up after max_elapsed_time', async () => {
  const { times, outcome } = await attempts(
    '{max_elapsed_time: 15s}',
    Array.from({ length: 20 }, () => busy()),
  )
  expect(outcome).toMatchObject({ reason: 'expired', message: 'busy' })
  expect(times).toEqual([0, 5000, 12_500])
})

test.each([
  ['a permanent error', '{}', new RpcError(GrpcCode.invalidArgument, 'bad'), 'permanent'],
  ['RESOURCE_EXHAUSTED without RetryInfo', '{}', new RpcError(GrpcCode.resourceExhausted, 'too big'), 'permanent'],
  ['retries switched off', '{enabled: false}', busy(), 'retry disabled'],
])('does not try again after %s', async (_what, yaml, error, reason) => {
  const { times, outcome } = await attempts(yaml, [error])
  expect(times).toEqual([0])
  expect(outcome).toBeInstanceOf(GaveUp)
  expect(outcome).toMatchObject({ reason })
})

test('RESOURCE_EXHAUSTED with RetryInfo is tried again', async () => {
  const error = new RpcError(GrpcCode.resourceExhausted, 'quota', { retryAfterMs: 1000 })
  expect((await attempts('{}', [error])).outcome).toBe('sent')
})

test('shutdown ends the wait at once, after one last attempt', async () => {
  const clock = new FakeClock()
  const stop = new AbortController()
  let tried = 0
  const run = withRetry(config('{}'), { clock, stop: stop.signal }, () => {
    tried += 1
    return Promise.reject(busy())
  }).catch((error: unknown) => error)
  await clock.advance(10)
  expect(tried).toBe(1)
  stop.abort()
  expect(await run).toMatchObject({ reason: 'shutdown' })
  expect(tried).toBe(2)
})
