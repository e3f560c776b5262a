import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BodyBuffer } from './body-buffer.ts'

test('whatever was announced and however it comes, what was sent is what is there', () => {
  const chunks = fc.array(fc.uint8Array({ maxLength: 5000 }), { maxLength: 20 })
  fc.assert(
    fc.property(chunks, fc.nat(60_000), (parts, announced) => {
      const body = new BodyBuffer(announced)
      for (const part of parts) body.append(part)
      expect(Buffer.from(body.finish()).equals(Buffer.concat(parts))).toBe(true)
    }),
  )
})

test('the right announcement leaves nothing over, a wrong one less than half', () => {
  const exact = new BodyBuffer(3000)
  exact.append(new Uint8Array(3000))
  expect(exact.finish().buffer.byteLength).toBe(3000)
  const wrong = new BodyBuffer(1_000_000)
  wrong.append(new Uint8Array(10))
  expect(wrong.finish().buffer.byteLength).toBe(10)
})
