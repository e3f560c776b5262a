import { parseDocument } from 'yaml'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { goScalar } from './go-scalar.ts'

test.each([
  ['', null],
  ['~', null],
  ['null', null],
  ['true', true],
  ['True', true],
  ['FALSE', false],
  ['yes', 'yes'],
  ['on', 'on'],
  ['t', 't'],
  ['123', 123],
  ['+5', 5],
  ['-17', -17],
  ['1_000', 1000],
  ['0123', 83],
  ['0o17', 15],
  ['0b101', 5],
  ['0xdeadbeef', 3735928559],
  ['089', 89],
  ['9223372036854775807', 9223372036854775807n],
  ['18446744073709551615', 18446744073709551615n],
  ['18446744073709551616', 18446744073709551616],
  ['1.5', 1.5],
  ['.5', 0.5],
  ['1e3', 1000],
  ['1.', 1],
  ['.inf', Infinity],
  ['-.inf', -Infinity],
  ['.nan', Number.NaN],
  ['2023-03-20T03:17:55Z', '2023-03-20T03:17:55Z'],
  ['2023-03-20', '2023-03-20'],
  ['1h30m', '1h30m'],
  ['0x', '0x'],
  ['-', '-'],
  ['.', '.'],
  ['127.0.0.1', '127.0.0.1'],
])('%j reads as %o', (text, value) => expect(goScalar(text)).toEqual(value))

test('plain decimal numbers read as every YAML reader reads them', () => {
  const decimal = fc
    .oneof(fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true, noInteger: true }))
    .map(String)
  fc.assert(
    fc.property(decimal, (text) => {
      expect(goScalar(text)).toEqual(parseDocument(text).toJS())
    }),
  )
})
