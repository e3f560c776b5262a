import { systemClock, type Clock } from '@clew/base/clock'
import { expect, test } from 'vitest'
import { logsBatch, pointsBatch, spansBatch } from '../testdata/telemetry.ts'
import { DecisionRecord } from './decisions.ts'

/** A clock that stands still until it is moved. */
function stoppedClock(): Clock & { nowMs: number } {
  const clock = {
    nowMs: 0,
    unixNanos: () => 1_700_000_000_000_000_000n + BigInt(clock.nowMs) * 1_000_000n,
    unixMillis: () => 1_700_000_000_000 + clock.nowMs,
    monotonicMillis: () => clock.nowMs,
    after: (delayMs: number, callback: () => void) => systemClock.after(delayMs, callback),
  }
  return clock
}

test('a dropped span can be found by its trace id, with the rule that dropped it', () => {
  const decisions = new DecisionRecord(stoppedClock())
  const record = decisions.component('processor/filter@traces')
  record.dropped(spansBatch(5), 2, 'matched', 'name == "GET /item/1"', [1, 3])
  const traceId = '2'.padStart(32, '0')
  const [found] = decisions.recent({ traceId, limit: 10 })
  expect(found).toMatchObject({
    component: 'processor/filter@traces',
    action: 'dropped',
    reason: 'matched',
    rule: 'name == "GET /item/1"',
    count: 2,
  })
  expect(found?.items.map((item) => item.name)).toEqual(['GET /item/1', 'GET /item/3'])
  expect(decisions.recent({ traceId: 'f'.repeat(32), limit: 10 })).toEqual([])
})

test('log records and metrics are named too', () => {
  const decisions = new DecisionRecord(stoppedClock())
  decisions.component('a').refused(logsBatch(1), 'queue_full')
  decisions.component('a').dropped(pointsBatch(3), 3, 'expired')
  const [metric, log] = decisions.recent({ limit: 10 })
  expect(metric?.items).toEqual([{ traceId: '', spanId: '', name: 'queue.length' }])
  expect(metric?.count).toBe(3)
  expect(log?.items).toEqual([{ traceId: '1'.padStart(32, '0'), spanId: '1'.padStart(16, '0'), name: '' }])
})

test('a flood of one kind does not push out the rest, and is counted in full', () => {
  const clock = stoppedClock()
  const decisions = new DecisionRecord(clock)
  const flood = decisions.component('sampler')
  decisions.component('queue').dropped(spansBatch(1), 1, 'expired')
  const batch = spansBatch(1)
  for (let second = 0; second < 50; second++) {
    clock.nowMs = second * 1000
    for (let i = 0; i < 1000; i++) flood.dropped(batch, 1, 'not sampled')
  }
  expect(decisions.recent({ component: 'queue', limit: 10 })).toHaveLength(1)
  expect(decisions.recent({ component: 'sampler', limit: 10_000 })).toHaveLength(1000)
  expect(flood.droppedByReason()).toMatchObject([{ reason: 'not sampled', count: 50_000 }])
})

test('reasons are bounded', () => {
  const record = new DecisionRecord(stoppedClock()).component('a')
  const batch = spansBatch(1)
  for (let i = 0; i < 1000; i++) record.dropped(batch, 1, `reason ${i}`)
  const rows = record.droppedByReason()
  expect(rows.length).toBeLessThanOrEqual(201)
  expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(1000)
})
