import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TextCache } from './text-cache.ts'

const encoder = new TextEncoder()

describe('TextCache', () => {
  it('gives the text of any range, however slots collide', () => {
    // Four slots and a limit of 12 bytes: nearly every look-up meets another text in its slot.
    const cache = new TextCache(4, 12)
    const texts = fc.array(fc.string({ unit: 'grapheme', maxLength: 10 }), { minLength: 1, maxLength: 40 })
    fc.assert(
      fc.property(texts, fc.nat(7), (list, offset) => {
        const parts = list.map((text) => encoder.encode(text))
        const joined = Buffer.concat([Buffer.alloc(offset), ...parts])
        const source = new Uint8Array(joined.buffer, joined.byteOffset + offset, joined.length - offset)
        for (let round = 0; round < 2; round++) {
          let at = 0
          for (const part of parts) {
            expect(cache.get(source, at, at + part.length)).toBe(Buffer.from(part).toString('utf8'))
            at += part.length
          }
        }
      }),
    )
  })

  it('tells apart texts that differ in one byte anywhere', () => {
    const cache = new TextCache(1, 64)
    for (let length = 4; length <= 20; length++) {
      for (let at = 0; at < length; at++) {
        const plain = 'x'.repeat(length)
        const other = `${plain.slice(0, at)}y${plain.slice(at + 1)}`
        expect(cache.get(encoder.encode(plain), 0, length)).toBe(plain)
        expect(cache.get(encoder.encode(other), 0, length)).toBe(other)
      }
    }
  })
})
