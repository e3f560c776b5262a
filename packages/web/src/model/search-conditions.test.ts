import { expect, test } from 'vitest'
import {
  conditionsOf,
  conditionText,
  withCondition,
  withDurationBounds,
  withoutCondition,
} from './search-conditions.ts'

test('conditions joined by AND are listed, an OR stays one', () => {
  expect(conditionsOf('service=shop AND (status=error OR duration>1s)')).toEqual([
    'service=shop',
    '(status=error OR duration>1s)',
  ])
  expect(conditionsOf('')).toEqual([])
  expect(conditionsOf('service=')).toBeUndefined()
})

test('dropping one keeps the others', () => {
  expect(withoutCondition('service=shop status=error duration>1s', 1)).toBe('service=shop AND duration>1s')
  expect(withoutCondition('service=shop', 0)).toBe('')
})

test('adding is idempotent and does not change the meaning of an OR', () => {
  expect(withCondition('', 'a=1')).toBe('a=1')
  expect(withCondition('a=1', 'a=1')).toBe('a=1')
  expect(withCondition('a=1 OR b=2', 'c=3')).toBe('(a=1 OR b=2) c=3')
  expect(conditionsOf(withCondition('a=1 OR b=2', 'c=3'))).toHaveLength(2)
})

test('duration bounds are replaced, not piled up', () => {
  const once = withDurationBounds('service=shop', '10ms', '1s')
  expect(conditionsOf(once)).toEqual(['service=shop', 'duration>=10ms', 'duration<=1s'])
  expect(conditionsOf(withDurationBounds(once, '20ms', undefined))).toEqual(['service=shop', 'duration>=20ms'])
})

test('clicked values become conditions that read back', () => {
  const text = (key: string, value: Parameters<typeof conditionText>[0]['value']) =>
    conditionText({ level: 'span', key, value }) as string
  expect(text('http.route', { type: 'string', value: '/orders/{id} "x"' })).toBe(
    'span.http.route="/orders/{id} \\"x\\""',
  )
  expect(text('status', { type: 'int', value: '9223372036854775807' })).toBe('span.status=9223372036854775807')
  expect(text('odd key', { type: 'bool', value: true })).toBe('span."odd key"=true')
  for (const condition of [text('a b', { type: 'string', value: 'true' }), text('k', { type: 'string', value: '' })]) {
    expect(conditionsOf(condition)).toEqual([condition])
  }
  expect(conditionText({ level: 'span', key: 'k', value: { type: 'empty', value: null } })).toBeUndefined()
})
