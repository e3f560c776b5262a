import { arbitraryRequest } from '@clew/testkit/arbitrary-otlp'
import { oracleDecode, oracleEncode, withoutDefaults } from '@clew/testkit/otlp-oracle'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Batch } from './batch.ts'
import { decode } from './decode.ts'
import { encode } from './encode.ts'
import { protobufToJson } from './json/protobuf-to-json.ts'
import { SIGNALS } from './signal.ts'

describe.each(SIGNALS)('%s, compared with protobufjs', (signal) => {
  it('reads what protobufjs writes', () => {
    fc.assert(
      fc.property(arbitraryRequest[signal], (request) => {
        const batch = Batch.fromProtobuf(signal, oracleEncode(signal, request))
        expect(withoutDefaults(decode(signal, batch))).toEqual(withoutDefaults(request))
      }),
      { numRuns: 300 },
    )
  })

  it('writes what protobufjs reads', () => {
    fc.assert(
      fc.property(arbitraryRequest[signal], (request) => {
        const bytes = encode(signal, request)
        expect(withoutDefaults(oracleDecode(signal, bytes))).toEqual(withoutDefaults(request))
        expect(decode(signal, Batch.fromProtobuf(signal, bytes))).toEqual(request)
      }),
      { numRuns: 300 },
    )
  })

  it('goes through JSON and back without a change', () => {
    fc.assert(
      fc.property(arbitraryRequest[signal], (request) => {
        const json = protobufToJson(Batch.fromProtobuf(signal, encode(signal, request)))
        expect(() => JSON.parse(Buffer.from(json).toString())).not.toThrow()
        expect(decode(signal, Batch.fromJson(signal, json))).toEqual(request)
      }),
      { numRuns: 300 },
    )
  })

  it('goes through an edit that touches nothing of it', () => {
    fc.assert(
      fc.property(arbitraryRequest[signal], (request) => {
        const batch = Batch.fromProtobuf(signal, encode(signal, request))
        const editor = batch.edit()
        for (let item = 0; item < batch.itemCount; item++) {
          const body = batch.itemSource(item).subarray(batch.itemStart[item], batch.itemEnd[item])
          editor.replaceItem(item, body)
        }
        const edited = editor.finish()
        expect(edited.pointCount).toBe(batch.pointCount)
        expect(edited.byteLength).toBe(edited.toProtobuf().length)
        expect(withoutEmpty(decode(signal, edited))).toEqual(withoutEmpty(request))
      }),
      { numRuns: 100 },
    )
  })
})

/** Edits write no empty resource, scope or schema URL: nothing and an empty message mean the same there. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => {
        if (key === 'resource' || key === 'scope') return Object.keys(inner as object).length > 0
        return key !== 'schemaUrl' || inner !== ''
      })
      .map(([key, inner]) => [key, withoutEmpty(inner)]),
  )
}
