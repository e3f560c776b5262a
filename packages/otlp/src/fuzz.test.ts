import { arbitraryRequest } from '@clew/testkit/arbitrary-otlp'
import { generateTelemetry } from '@clew/testkit/telemetry-generator'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Batch } from './batch.ts'
import { decode } from './decode.ts'
import { encode } from './encode.ts'
import { jsonToProtobuf } from './json/json-to-protobuf.ts'
import { protobufToJson } from './json/protobuf-to-json.ts'
import { type Signal, SIGNALS } from './signal.ts'
import { readEverything } from './testdata/read-everything.ts'
import { DecodeError } from './wire/decode-error.ts'

const telemetry = generateTelemetry({ seed: 5, traces: 1, endNanos: 1_800_000_000_000_000_000n })
const samples: Readonly<Record<Signal, Batch>> = {
  traces: telemetry.traceBatches[0]!,
  logs: telemetry.logBatches[0]!,
  metrics: telemetry.metricBatch,
}

/**
 * Whatever the bytes are: either a DecodeError, or a batch that can be read to the last field, decoded, edited and
 * turned into JSON and back. The bytes lie inside a larger buffer of bytes that would be read as fields when somebody
 * reads too far; they are given once with that and once with other surroundings, and must look the same.
 */
function survive(signal: Signal, bytes: Uint8Array): 'refused' | 'read' {
  const looks = [0x0a, 0xff].map((surrounding) => {
    const buffer = new Uint8Array(bytes.length + 64).fill(surrounding)
    buffer.set(bytes, 32)
    const inside = buffer.subarray(32, 32 + bytes.length)
    let batch: Batch
    try {
      batch = Batch.fromProtobuf(signal, inside)
    } catch (error) {
      expect(error).toBeInstanceOf(DecodeError)
      return (error as DecodeError).message
    }
    const seen = readEverything(batch)
    const object = decode(signal, batch)
    expect(Batch.fromProtobuf(signal, encode(signal, object)).pointCount).toBe(batch.pointCount)
    expect(Batch.fromJson(signal, protobufToJson(batch)).itemCount).toBe(batch.itemCount)
    const editor = batch.edit()
    if (batch.itemCount > 1) editor.dropItem(0)
    const edited = editor.finish()
    expect(Batch.fromProtobuf(signal, edited.toProtobuf()).itemCount).toBe(edited.itemCount)
    return seen
  })
  expect(looks[0]).toEqual(looks[1])
  return typeof looks[0] === 'string' ? 'refused' : 'read'
}

describe.each(SIGNALS)('%s: hostile input', (signal) => {
  it('survives any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void survive(signal, bytes)),
      { numRuns: 600 },
    )
  })

  it('survives bytes that look like fields', () => {
    // Tags of existing fields with small lengths get far deeper than random bytes.
    const piece = fc
      .tuple(fc.nat(16), fc.constantFrom(0, 1, 2, 2, 2, 3, 4, 5), fc.uint8Array({ maxLength: 40 }))
      .map(([field, wireType, body]) => [
        ((field << 3) | wireType) & 0x7f,
        ...(wireType === 2 ? [body.length] : []),
        ...body,
      ])
    const nested = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.flat())
    const wrapped = nested.map((body) => {
      let bytes = body
      for (const field of [0x12, 0x12, 0x0a]) if (bytes.length < 120) bytes = [field, bytes.length, ...bytes]
      return Uint8Array.from(bytes)
    })
    fc.assert(
      fc.property(wrapped, (bytes) => void survive(signal, bytes)),
      { numRuns: 600 },
    )
  })

  it('survives valid requests with bytes changed, removed and doubled', () => {
    let refused = 0
    let read = 0
    fc.assert(
      fc.property(
        arbitraryRequest[signal],
        fc.array(fc.tuple(fc.nat(), fc.constantFrom('set', 'cut', 'double'), fc.nat(255)), {
          minLength: 1,
          maxLength: 3,
        }),
        (request, changes) => {
          let bytes = [...encode(signal, request)]
          for (const [where, change, value] of changes) {
            const at = bytes.length === 0 ? 0 : where % bytes.length
            if (change === 'set') bytes[at] = value
            else if (change === 'cut') bytes.splice(at, 1 + (value % 4))
            else bytes = [...bytes.slice(0, at), ...bytes.slice(at, at + value), ...bytes.slice(at)]
          }
          if (survive(signal, Uint8Array.from(bytes)) === 'read') read++
          else refused++
        },
      ),
      { numRuns: 250 },
    )
    expect(refused).toBeGreaterThan(20)
    expect(read).toBeGreaterThan(20)
  })

  it('survives a realistic request cut off at every byte', () => {
    const bytes = samples[signal].toProtobuf()
    let refused = 0
    for (let length = 0; length < bytes.length; length++) {
      try {
        Batch.fromProtobuf(signal, bytes.subarray(0, length))
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error
        refused++
      }
    }
    expect(refused).toBeGreaterThan(bytes.length * 0.9)
  })

  it('survives JSON cut off at every byte and with bytes changed', () => {
    const json = protobufToJson(samples[signal]).subarray(0, 2500)
    const attempt = (bytes: Uint8Array): void => {
      try {
        Batch.fromProtobuf(signal, jsonToProtobuf(signal, bytes))
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error
      }
    }
    for (let length = 0; length <= json.length; length += 1) attempt(json.subarray(0, length))
    fc.assert(
      fc.property(arbitraryRequest[signal], fc.nat(), fc.nat(255), (request, where, value) => {
        const changed = protobufToJson(Batch.fromProtobuf(signal, encode(signal, request)))
        changed[where % changed.length] = value
        attempt(changed)
      }),
      { numRuns: 300 },
    )
  })

  it('agrees with JSON.parse on what is JSON', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string({ maxLength: 20 }),
          fc.json().map((text) => `${text}]`),
        ),
        (inner) => {
          const text = `{"unknownMember":${inner}}`
          let valid = true
          try {
            JSON.parse(text)
          } catch {
            valid = false
          }
          if (valid) expect(jsonToProtobuf(signal, Buffer.from(text))).toEqual(new Uint8Array(0))
          else expect(() => jsonToProtobuf(signal, Buffer.from(text))).toThrow(DecodeError)
        },
      ),
      { numRuns: 500 },
    )
  })
})
