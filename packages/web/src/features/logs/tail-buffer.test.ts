import { expect, test } from 'vitest'
import type { LogRecord } from '@clew/contract/logs'
import { EMPTY_TAIL, TAIL_ROWS, receive, release, tailRate } from './tail-buffer.ts'

const record = (timeNanos: string): LogRecord => ({
  id: timeNanos,
  timeNanos,
  observedTimeNanos: timeNanos,
  service: 'a',
  severity: 'info',
  severityNumber: 9,
  severityText: '',
  eventName: '',
  text: '',
  body: { type: 'empty', value: null },
  traceId: '',
  spanId: '',
  flags: 0,
  attributes: [],
  resource: [],
  scope: { name: '', version: '', attributes: [] },
  droppedAttributesCount: 0,
})
const ids = (records: readonly LogRecord[]): string => records.map(({ timeNanos }) => timeNanos).join(' ')

test('newest first, also within a message, by number and not by text', () => {
  const first = receive(EMPTY_TAIL, [record('9'), record('100')], 0, false, 0)
  expect(ids(receive(first, [record('101')], 0, false, 0).shown)).toBe('101 100 9')
})

test('while paused nothing moves; release shows what waited', () => {
  const shown = receive(EMPTY_TAIL, [record('1')], 0, false, 0)
  const paused = receive(receive(shown, [record('2')], 0, true, 0), [record('3')], 0, true, 0)
  expect(ids(paused.shown)).toBe('1')
  expect(ids(paused.waiting)).toBe('3 2')
  expect(ids(release(paused).shown)).toBe('3 2 1')
  expect(release(paused).waiting).toEqual([])
})

test('the buffer is bounded and what waited unseen counts as skipped', () => {
  const many = Array.from({ length: TAIL_ROWS }, (_, index) => record(String(1_000_000 + index)))
  const full = receive(EMPTY_TAIL, many, 0, true, 0)
  const over = receive(full, [record('9000000')], 5, true, 0)
  expect(over.waiting).toHaveLength(TAIL_ROWS)
  expect(over.skipped).toBe(6)
  const live = receive(receive(EMPTY_TAIL, many, 0, false, 0), [record('9000000')], 0, false, 0)
  expect(live.shown).toHaveLength(TAIL_ROWS)
  expect(live.skipped).toBe(0)
})

test('the rate counts what was skipped and forgets', () => {
  const buffer = receive(EMPTY_TAIL, [record('1')], 9, false, 10_000)
  expect(tailRate(buffer, 10_000)).toBe(10)
  expect(tailRate(buffer, 14_000)).toBe(2.5)
  expect(tailRate(buffer, 15_001)).toBe(0)
})

test('the same id from two connections is two rows', () => {
  const twice = receive(receive(EMPTY_TAIL, [record('1')], 0, false, 0), [record('1')], 0, false, 0)
  expect(new Set(twice.shown.map(({ id }) => id)).size).toBe(2)
})
