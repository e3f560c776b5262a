import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { AnyValue } from '@clew/contract/common'
import { prettyJsonText, prettyValue, valueText } from './value-text.ts'

const order: AnyValue = {
  type: 'kvlist',
  value: [
    { key: 'id', value: { type: 'string', value: 'a' } },
    { key: 'items', value: { type: 'array', value: [{ type: 'int', value: '3' }] } },
    { key: 'big', value: { type: 'int', value: '9223372036854775807' } },
  ],
}

test('structures are JSON, large ints keep their digits', () => {
  expect(valueText(order)).toBe('{"id":"a","items":[3],"big":"9223372036854775807"}')
  expect(prettyValue(order)).toContain('\n  "id": "a"')
})

test('scalars are written as they are', () => {
  expect(valueText({ type: 'int', value: '42' })).toBe('42')
  expect(valueText({ type: 'bool', value: false })).toBe('false')
  expect(valueText({ type: 'double', value: 'NaN' })).toBe('NaN')
  expect(valueText({ type: 'empty', value: null })).toBe('')
})

test('JSON in a text body is laid out, anything else is left alone', () => {
  expect(prettyJsonText('{"a":1}')).toBe('{\n  "a": 1\n}')
  expect(prettyJsonText('hello {')).toBeUndefined()
  expect(prettyJsonText('{"id":9223372036854775807}')).toBeUndefined()
  fc.assert(
    fc.property(fc.string(), (text) => {
      const laidOut = prettyJsonText(text)
      if (laidOut !== undefined) expect(laidOut.replace(/\s/g, '')).toBe(text.replace(/\s/g, ''))
    }),
  )
})
