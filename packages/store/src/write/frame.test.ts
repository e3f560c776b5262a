import { SIGNALS } from '@clew/otlp/signal'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { FRAME_HEADER_BYTES, frameHeader, scanFrames } from './frame.ts'

const frames = fc.array(fc.tuple(fc.constantFrom(...SIGNALS), fc.uint8Array({ maxLength: 300 })), {
  minLength: 1,
  maxLength: 6,
})

function fileOf(list: readonly (readonly [(typeof SIGNALS)[number], Uint8Array])[]): Buffer {
  return Buffer.concat(list.flatMap(([signal, payload]) => [frameHeader(signal, payload), payload]))
}

test('what was written is read', () => {
  fc.assert(
    fc.property(frames, (list) => {
      const scan = scanFrames(fileOf(list))
      expect(scan.frames.map((frame) => [frame.signal, new Uint8Array(frame.payload)])).toEqual(list)
      expect(scan).toMatchObject({ tornBytes: 0, damaged: [] })
    }),
  )
})

test('a file cut off anywhere gives the whole frames before the cut, and says how much was torn', () => {
  fc.assert(
    fc.property(frames, fc.nat(), (list, where) => {
      const file = fileOf(list)
      const cut = where % file.length
      const scan = scanFrames(file.subarray(0, cut))
      let end = 0
      let whole = 0
      for (const [, payload] of list) {
        const next = end + FRAME_HEADER_BYTES + payload.length
        if (next > cut) break
        end = next
        whole++
      }
      expect(scan.frames).toHaveLength(whole)
      expect(scan.tornBytes).toBe(cut - end)
      expect(scan.damaged).toEqual([])
    }),
  )
})

test('one changed byte loses at most its own frame, and never silently', () => {
  fc.assert(
    fc.property(frames, fc.nat(), fc.integer({ min: 1, max: 255 }), (list, where, change) => {
      const file = fileOf(list)
      const at = where % file.length
      file[at]! ^= change
      const scan = scanFrames(file)
      // Reserved bytes are covered by the header's checksum, so every byte counts.
      expect(scan.frames).toHaveLength(list.length - 1)
      expect(scan.damaged).toHaveLength(1)
    }),
  )
})

test('the last record, damaged in header or payload, is no torn write: it was acknowledged', () => {
  const whole = fileOf([
    ['logs', new Uint8Array(50).fill(7)],
    ['traces', new Uint8Array(50).fill(9)],
  ])
  const last = FRAME_HEADER_BYTES + 50
  for (let at = last; at < whole.length; at++) {
    // A length that reaches beyond the end looks like a cut; the header's checksum tells.
    const file = Buffer.from(whole)
    file[at]! ^= 0x10
    expect(scanFrames(file)).toMatchObject({ frames: [{ signal: 'logs' }], damaged: [last], tornBytes: 0 })
  }
})

test('zeros at the end are a write that a power cut has cut short', () => {
  const file = Buffer.concat([fileOf([['logs', new Uint8Array(50).fill(7)]]), Buffer.alloc(4096)])
  expect(scanFrames(file)).toMatchObject({ frames: [{ signal: 'logs' }], damaged: [], tornBytes: 4096 })
})

test('any bytes are read without an error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => {
      expect(scanFrames(Buffer.from(bytes)).frames).toEqual([])
    }),
  )
})
