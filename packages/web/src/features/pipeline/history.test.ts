import { expect, test } from 'vitest'
import type { Pipeline } from '@clew/contract/pipeline'
import { HISTORY_SNAPSHOTS, edgeCount, ratesOverTime, recentRate, remember, termCount } from './history.ts'

const zero = { traces: 0, logs: 0, metrics: 0 }
const snapshot = (second: number, traces: number, uptimeMs = second * 1000): Pipeline => ({
  nodes: [],
  edges: [{ source: 'a', target: 'b', items: { traces, logs: 1, metrics: 0 }, bytes: zero }],
  totals: {
    received: { traces, logs: 0, metrics: 0 },
    added: zero,
    stored: zero,
    forwarded: zero,
    dropped: zero,
    refused: zero,
    queued: zero,
    inProgress: zero,
  },
  dropped: [],
  refused: [],
  store: {
    status: 'ok',
    message: '',
    sinceNanos: null,
    troubles: [],
    queuedBytes: 0,
    queuedRows: 0,
    segmentsWaiting: 0,
    newestRowAgeMs: { traces: null, logs: null, metrics: null },
    diskBytes: null,
    rows: zero,
    countedNanos: null,
  },
  process: { uptimeMs, rssBytes: 0, cpuPercent: 0, eventLoopLagMs: 0 },
  timeNanos: String(1_700_000_000_000_000_000n + BigInt(second) * 1_000_000_000n),
})
const received = termCount('received', 'traces')

test('rates are a second, over the last few snapshots', () => {
  const history = [0, 10, 20, 50, 90, 140].map((traces, second) => snapshot(second, traces))
  expect(ratesOverTime(history, received)).toEqual([10, 10, 30, 40, 50])
  expect(recentRate(history, received)).toBe((140 - 10) / 4)
  expect(recentRate(history.slice(0, 1), received)).toBeNull()
  expect(recentRate([], received)).toBeNull()
})

test('the same snapshot is kept once, the history is bounded, a restart begins anew', () => {
  let history = remember([], snapshot(0, 0))
  expect(remember(history, snapshot(0, 0))).toBe(history)
  for (let second = 1; second < 200; second++) history = remember(history, snapshot(second, second))
  expect(history).toHaveLength(HISTORY_SNAPSHOTS)
  expect(remember(history, snapshot(201, 0, 10))).toHaveLength(1)
})

test('edges are counted by signal or in all', () => {
  expect(edgeCount('a', 'b', 'traces')(snapshot(1, 7))).toBe(7)
  expect(edgeCount('a', 'b', 'all')(snapshot(1, 7))).toBe(8)
  expect(edgeCount('b', 'a', 'all')(snapshot(1, 7))).toBe(0)
})
