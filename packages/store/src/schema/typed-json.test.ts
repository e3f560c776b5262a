import type { AnyValue } from '@clew/otlp/model'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseTypedJson } from '../read/parse-typed-json.ts'
import { toTypedJson } from './typed-json.ts'

const key = fc.oneof(fc.string(), fc.constantFrom('$map', '$double', '$bytes', '', '__proto__', 'a', 'b'))
const { value } = fc.letrec<{ value: AnyValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant({}),
    fc.string({ unit: 'binary' }).map((stringValue) => ({ stringValue: stringValue.toWellFormed() })),
    fc.boolean().map((boolValue) => ({ boolValue })),
    fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map((intValue) => ({ intValue })),
    fc.double().map((doubleValue) => ({ doubleValue })),
    fc.uint8Array({ maxLength: 20 }).map((bytesValue) => ({ bytesValue: new Uint8Array(bytesValue) })),
    fc.array(tie('value'), { maxLength: 4 }).map((values) => ({ arrayValue: { values } })),
    fc.array(fc.record({ key, value: tie('value') }), { maxLength: 4 }).map((values) => ({ kvlistValue: { values } })),
  ),
}))

test('any value comes back with its types, and is JSON', () => {
  fc.assert(
    fc.property(value, (sent) => {
      const text = toTypedJson(sent)
      expect(() => JSON.parse(text) as unknown).not.toThrow()
      expect(parseTypedJson(text)).toEqual(sent)
    }),
    { numRuns: 500 },
  )
})

test('text that is no stored value is refused', () => {
  for (const text of ['', '{', '[1', '"a', 'nul', '01x', '{"$map":1}', '[1]]', '{"a"}'])
    expect(() => parseTypedJson(text)).toThrow(/malformed/)
})
