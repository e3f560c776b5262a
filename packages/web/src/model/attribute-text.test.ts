import { expect, test } from 'vitest'
import type { AnyValue } from '@clew/contract/common'
import { matchingAttributes, valueText } from './attribute-text.ts'

test.each<[AnyValue, string]>([
  [{ type: 'int', value: '9223372036854775807' }, '9223372036854775807'],
  [{ type: 'double', value: 'NaN' }, 'NaN'],
  [{ type: 'bool', value: false }, 'false'],
  [{ type: 'bytes', value: 'AAE=' }, 'base64:AAE='],
  [{ type: 'empty', value: null }, ''],
  [
    {
      type: 'array',
      value: [
        { type: 'string', value: 'a' },
        { type: 'int', value: '1' },
      ],
    },
    '["a", 1]',
  ],
  [{ type: 'kvlist', value: [{ key: 'k', value: { type: 'array', value: [] } }] }, '{k: []}'],
])('%j reads %s', (value, text) => {
  expect(valueText(value)).toBe(text)
})

test('filters by key and value and sorts', () => {
  const attributes = [
    { key: 'b', value: { type: 'string', value: 'Hello' } as const },
    { key: 'a', value: { type: 'int', value: '5' } as const },
  ]
  expect(matchingAttributes(attributes, '').map(({ key }) => key)).toEqual(['a', 'b'])
  expect(matchingAttributes(attributes, 'hell').map(({ key }) => key)).toEqual(['b'])
})
