import { expect, test } from 'vitest'
import { RecentTraces } from './recent-traces.ts'
import type { StoredTrace } from './stored-trace.ts'

const trace = (traceId: string, byteLength: number): StoredTrace => ({ traceId, byteLength }) as StoredTrace

test('keeps what was used last, within its bytes', () => {
  const recent = new RecentTraces(100)
  recent.put(trace('a', 40), '1')
  recent.put(trace('b', 40), '1')
  expect(recent.get('a', '1')?.traceId).toBe('a')
  recent.put(trace('c', 40), '1')
  expect(recent.get('b', '1')).toBeUndefined()
  expect(recent.get('a', '1')).toBeDefined()
  expect(recent.byteLength).toBe(80)
})

test('a trace that has changed, has no version or is larger than all is not given out', () => {
  const recent = new RecentTraces(100)
  recent.put(trace('a', 40), '1')
  expect(recent.get('a', '2')).toBeUndefined()
  recent.put(trace('b', 40), undefined)
  expect(recent.get('b', undefined)).toBeUndefined()
  recent.put(trace('c', 101), '1')
  expect(recent.get('c', '1')).toBeUndefined()
  recent.put(trace('a', 60), '2')
  expect(recent.byteLength).toBe(60)
})
