import { expect, test } from 'vitest'
import { formatByteSize, parseByteSize } from './byte-size.ts'

test.each([
  ['0', 0],
  ['512', 512],
  ['1kb', 1000],
  ['1KiB', 1024],
  ['20MiB', 20 * 1024 * 1024],
  ['1.5 GB', 1_500_000_000],
  ['2g', 2_000_000_000],
])('%s is %d bytes', (text, bytes) => expect(parseByteSize(text)).toBe(bytes))

test.each(['', 'MiB', '-1', '1 XB', '1e9', '1..2k', '99999999TiB'])('%j is no size', (text) =>
  expect(parseByteSize(text)).toBeUndefined(),
)

test.each([
  [0, '0 B'],
  [512, '512 B'],
  [1536, '1.5 KiB'],
  [20 * 1024 * 1024, '20 MiB'],
])('%d bytes is written %s', (bytes, text) => expect(formatByteSize(bytes)).toBe(text))
