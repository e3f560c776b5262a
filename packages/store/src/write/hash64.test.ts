import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { hash64, hashHigh, hashLow } from './hash64.ts'

function hashed(text: string, seedLow = 0, seedHigh = 0): string {
  const bytes = Buffer.from(text, 'utf8')
  hash64(bytes, 0, bytes.length, seedLow, seedHigh)
  return hashHigh.toString(16).padStart(8, '0') + hashLow.toString(16).padStart(8, '0')
}

test('the function is part of what is stored: it gives what it always gave', () => {
  expect([hashed(''), hashed('a'), hashed('service.name'), hashed('service.name', 1, 2)]).toMatchInlineSnapshot(`
    [
      "488bdcb81aee8d83",
      "0af6768c36c87e12",
      "35a4e2d2db0d02fb",
      "6de016b1a6b0252d",
    ]
  `)
})

test('where the bytes lie does not matter; what they are does', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(20), (bytes, offset) => {
      hash64(bytes, 0, bytes.length)
      const [low, high] = [hashLow, hashHigh]
      const moved = Buffer.concat([Buffer.alloc(offset, 7), bytes, Buffer.alloc(3, 9)])
      hash64(moved, offset, offset + bytes.length)
      expect([hashLow, hashHigh]).toEqual([low, high])
    }),
  )
})

test('half a million near-equal keys do not collide, and both halves spread', () => {
  const seen = new Set<string>()
  const low = new Set<number>()
  const bytes = Buffer.alloc(12)
  for (let i = 0; i < 500_000; i++) {
    bytes.writeUInt32LE(i, 4)
    hash64(bytes, 0, 12)
    seen.add(`${hashHigh}:${hashLow}`)
    low.add(hashLow)
  }
  expect(seen.size).toBe(500_000)
  // 500,000 of 2^32: about 29 pairs meet by chance.
  expect(low.size).toBeGreaterThan(499_800)
})
