import { encodeBatch } from '@clew/otlp/encode'
import { SpanView } from '@clew/otlp/views/span-view'
import type { AnyValue } from '@clew/otlp/model'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { StringColumn } from '../native/bytes-columns.ts'
import { ChunkSink } from '../native/chunk-sink.ts'
import { VALUE_TAG } from '../schema/attribute-value.ts'
import { pushValue } from './value-text.ts'

/** The column's bytes after the value was pushed behind another one. */
function pushed(value: AnyValue): Buffer {
  const batch = encodeBatch('traces', {
    resourceSpans: [{ scopeSpans: [{ spans: [{ attributes: [{ key: 'k', value }] }] }] }],
  })
  const span = new SpanView().bind(batch)
  span.seek(0)
  span.attributes.seek(0)
  const column = new StringColumn()
  column.pushText('first')
  pushValue(column, span.attributes.value)
  expect(column.length).toBe(2)
  const sink = new ChunkSink()
  column.writeData(sink)
  return Buffer.concat(sink.finish()).subarray(6)
}

const edges = [
  0n,
  1n,
  9n,
  10n,
  99n,
  100n,
  999_999_999n,
  4_294_967_295n,
  4_294_967_296n,
  -1n,
  -(2n ** 63n),
  2n ** 63n - 1n,
]
const int64 = fc.oneof(fc.constantFrom(...edges), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))

test('an integer is its tag and its digits', () => {
  fc.assert(
    fc.property(int64, (value) => {
      const text = `${String.fromCharCode(VALUE_TAG.int)}${value}`
      expect(pushed({ intValue: value }).toString('latin1')).toBe(`${String.fromCharCode(text.length)}${text}`)
    }),
  )
})

test('text of any length is its bytes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', minLength: 0, maxLength: 400 }), (text) => {
      const bytes = Buffer.from(text, 'utf8')
      const got = pushed({ stringValue: text })
      fc.pre(bytes.length === 0 || bytes[0]! >= 8)
      expect(got.subarray(got.length - bytes.length)).toEqual(bytes)
      expect(got.length).toBe(bytes.length + (bytes.length < 128 ? 1 : 2))
    }),
  )
})

test.each([true, false])('%s is its tag and its name', (boolValue) => {
  expect(pushed({ boolValue }).subarray(1).toString('latin1')).toBe(
    `${String.fromCharCode(VALUE_TAG.bool)}${boolValue}`,
  )
})
