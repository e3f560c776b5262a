import { expect, test } from 'vitest'
import { chooseForm, decide, keyId, type KeyHeat, type PolicyInput, type PromotionPolicy } from './policy.ts'
import { promotedKey } from './promoted-ddl.ts'
import type { PromotableLevel, PromotedKey } from './promoted-key.ts'

const HOUR = 3_600_000
const NOW = 1_000 * HOUR
const POLICY: PromotionPolicy = {
  maxKeys: 2,
  minUses: 10,
  minRows: 1_000,
  coldMs: 100 * HOUR,
  minAgeMs: HOUR,
  maxValueBytes: 256,
}

const heat = (key: string, uses: number, lastUsedMillis = NOW, level: PromotableLevel = 'span'): KeyHeat => ({
  level,
  key,
  uses,
  lastUsedMillis,
})
const has = (key: string, sinceMillis = NOW - 2 * HOUR, retiringSinceMillis?: number): PromotedKey =>
  promotedKey({ level: 'span', key, form: 'low', sinceMillis, retiringSinceMillis })
const ask = (input: Partial<PolicyInput>, policy: Partial<PromotionPolicy> = {}): string[] =>
  decide(
    { nowMillis: NOW, heat: [], promoted: [], forced: new Map(), rowsOfTable: { spans: 1_000, logs: 1_000 }, ...input },
    { ...POLICY, ...policy },
  ).map(({ action, level, key }) => `${action} ${level} ${key}`)

test('the hottest key is promoted, one per table and round', () => {
  const list = [heat('a', 11), heat('b', 12), heat('c', 20, NOW, 'log'), heat('e', 30, NOW, 'event')]
  expect(ask({ heat: list })).toEqual(['promote event e', 'promote log c'])
  expect(ask({ heat: [heat('a', 10)] })).toEqual(['promote span a'])
  expect(ask({ heat: [heat('a', 9)] })).toEqual([])
})

test('a small table needs no columns', () => {
  expect(ask({ heat: [heat('a', 10)], rowsOfTable: { spans: 999, logs: 5_000 } })).toEqual([])
  expect(ask({ heat: [heat('a', 10)], rowsOfTable: { spans: 1_000, logs: 0 } })).toEqual(['promote span a'])
})

test('a key takes the place of the coldest one only when it is much hotter, and the other one had its time', () => {
  const promoted = [has('a'), has('b')]
  const both = [heat('a', 20), heat('b', 15)]
  expect(ask({ promoted, heat: [...both, heat('c', 30)] })).toEqual([])
  expect(ask({ promoted, heat: [...both, heat('c', 31)] })).toEqual(['demote span b'])
  expect(ask({ promoted: [has('a'), has('b', NOW - HOUR + 1)], heat: [...both, heat('c', 99)] })).toEqual([])
  // Once its place is free it gets it.
  expect(ask({ promoted: [has('a'), has('b', NOW - HOUR, NOW)], heat: [...both, heat('c', 31)] })).toEqual([
    'promote span c',
  ])
})

test('more columns than allowed: the coldest goes, whatever its age', () => {
  const promoted = [has('a', NOW), has('b', NOW), has('c', NOW)]
  expect(ask({ promoted, heat: [heat('a', 1), heat('b', 2), heat('c', 3)] })).toEqual(['demote span a'])
  expect(ask({ promoted: [has('a', NOW)], heat: [heat('a', 100)] }, { maxKeys: 0 })).toEqual(['demote span a'])
})

test('a key that nobody asks for loses its column', () => {
  const old = NOW - 200 * HOUR
  expect(ask({ promoted: [has('a', old)], heat: [heat('a', 0, NOW - 100 * HOUR - 1)] })).toEqual(['demote span a'])
  expect(ask({ promoted: [has('a', old)], heat: [heat('a', 0, NOW - 100 * HOUR)] })).toEqual([])
  expect(ask({ promoted: [has('a', old)] })).toEqual(['demote span a'])
  expect(ask({ promoted: [has('a', NOW - 99 * HOUR)] })).toEqual([])
})

test('what a person decided holds', () => {
  const forced = (key: string, what: 'promote' | 'demote') => new Map([[keyId('span', key), what]])
  expect(ask({ forced: forced('a', 'promote'), rowsOfTable: { spans: 0, logs: 0 } })).toEqual(['promote span a'])
  expect(ask({ forced: forced('a', 'demote'), heat: [heat('a', 99)] })).toEqual([])
  expect(ask({ forced: forced('a', 'demote'), promoted: [has('a')], heat: [heat('a', 99)] })).toEqual(['demote span a'])
  const old = has('a', NOW - 500 * HOUR)
  expect(ask({ forced: forced('a', 'promote'), promoted: [old] })).toEqual([])
  expect(
    ask({ forced: forced('a', 'promote'), promoted: [old, has('b')], heat: [heat('c', 50), heat('b', 1)] }),
  ).toEqual(['demote span b'])
})

test('a retiring column is none', () => {
  expect(ask({ promoted: [has('a', NOW - 500 * HOUR, NOW)], heat: [heat('a', 10)] })).toEqual(['promote span a'])
})

test('the form follows types and values', () => {
  const few = { values: 1_000, distinct: 200 }
  const form = (types: Record<string, number>, sample = few) =>
    chooseForm(
      Object.entries(types).map(([type, count]) => ({ type, count })),
      sample,
    )
  expect(form({ int: 90, string: 10 })).toBe('int')
  expect(form({ int: 89, string: 11 })).toBe('low')
  expect(form({ double: 95, int: 5 })).toBe('double')
  expect(form({ double: 50, int: 50 })).toBe('low')
  expect(form({ string: 1 }, { values: 1_000, distinct: 201 })).toBe('text')
  expect(form({ string: 1 }, { values: 20, distinct: 16 })).toBe('low')
  expect(form({ string: 1 }, { values: 200_000, distinct: 10_000 })).toBe('low')
  expect(form({ string: 1 }, { values: 200_000, distinct: 10_001 })).toBe('text')
  expect(form({}, { values: 0, distinct: 0 })).toBe('text')
})
