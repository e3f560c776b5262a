import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ProtobufAppender } from './protobuf-appender.ts'

/** The length-delimited field at the start of `bytes`: tag byte, then the body. */
function field(bytes: Uint8Array): { tag: number; body: Buffer; end: number } {
  let size = 0
  let at = 1
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++]!
    size += (byte & 0x7f) * 2 ** shift
    if (byte < 0x80) break
  }
  return { tag: bytes[0]!, body: Buffer.from(bytes.subarray(at, at + size)), end: at + size }
}

describe('ProtobufAppender', () => {
  it('writes any text as UTF-8, lone surrogates as U+FFFD', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.nat({ max: 20_000 }), (start, more) => {
        const text = start + 'é'.repeat(more)
        const out = new ProtobufAppender(16)
        out.string(0x0a, text)
        const { tag, body, end } = field(out.view())
        expect([tag, body.equals(Buffer.from(text)), end]).toEqual([0x0a, true, out.length])
      }),
    )
    const out = new ProtobufAppender(16)
    out.string(0x0a, 'a\uD800b')
    expect(field(out.view()).body.toString()).toBe('a\uFFFDb')
  })

  it.each([0, 1, 126, 127, 128, 129, 16_382, 16_383, 16_384, 2_097_151, 2_097_152])(
    'closes a message of %d bytes with the shortest length',
    (size) => {
      const out = new ProtobufAppender(16)
      const mark = out.openLong(0x12)
      out.raw(Buffer.alloc(size, 7))
      out.closeLong(mark)
      out.byte(9)
      const { body, end } = field(out.view())
      expect(body.equals(Buffer.alloc(size, 7))).toBe(true)
      expect(end).toBe(out.length - 1)
      const lengthBytes = [0x80, 0x4000, 0x200000].filter((limit) => size >= limit).length + 1
      expect(out.length).toBe(1 + lengthBytes + size + 1)
    },
  )

  it('writes times as nanoseconds, exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 18_446_744_072 }), fc.integer({ min: 0, max: 999_999_999 }), (s, n) => {
        const out = new ProtobufAppender(16)
        out.time(0x39, s, n)
        expect(Buffer.from(out.view()).readBigUInt64LE(1)).toBe(BigInt(s) * 1_000_000_000n + BigInt(n))
      }),
    )
  })

  it('writes pairs of every size the way the plain rules of protobuf say', () => {
    const varint = (value: number): number[] => {
      const bytes: number[] = []
      let rest = value
      for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest & 0x7f) | 0x80)
      return [...bytes, rest]
    }
    const message = (tag: number, body: Uint8Array): Buffer =>
      Buffer.concat([Buffer.from([tag, ...varint(body.length)]), body])
    const key = fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }).filter((text) => text.isWellFormed())
    const text = fc.string({ unit: 'binary', maxLength: 150 }).filter((one) => one.isWellFormed())
    fc.assert(
      fc.property(key, fc.oneof(text, fc.integer({ min: 0, max: 40_000 })), (name, value) => {
        const out = new ProtobufAppender(16)
        out.keyValue(0x4a, name, value)
        const any =
          typeof value === 'string' ? message(0x0a, Buffer.from(value)) : Buffer.from([0x18, ...varint(value)])
        const expected = message(0x4a, Buffer.concat([message(0x0a, Buffer.from(name)), message(0x12, any)]))
        expect(Buffer.from(out.view()).toString('hex')).toBe(expected.toString('hex'))
      }),
    )
  })
})
