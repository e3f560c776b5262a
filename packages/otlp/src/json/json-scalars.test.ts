import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Batch } from '../batch.ts'
import { decode } from '../decode.ts'
import { DecodeError } from '../wire/decode-error.ts'

/** The value that `text`, put where a JSON value stands, gives as an int64 attribute and as an unsigned time. */
function read(text: string): { int: bigint | undefined; time: bigint | undefined } {
  const attempt = (json: string): bigint | undefined => {
    try {
      const batch = Batch.fromJson('logs', Buffer.from(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[${json}]}]}]}`))
      const record = decode('logs', batch).resourceLogs![0]!.scopeLogs![0]!.logRecords![0]!
      return record.body?.intValue ?? record.timeUnixNano
    } catch (error) {
      expect(error).toBeInstanceOf(DecodeError)
      return undefined
    }
  }
  return { int: attempt(`{"body":{"intValue":${text}}}`), time: attempt(`{"timeUnixNano":${text}}`) }
}

describe('integers in OTLP/JSON', () => {
  it('are exact over the whole range and refused outside of it, in every notation', () => {
    const any = fc.oneof(
      fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }),
      fc.bigInt({ min: -20n, max: 20n }),
      fc.nat(63).map((bit) => 2n ** BigInt(bit)),
      fc.nat(20).map((digits) => 10n ** BigInt(digits) - 1n),
    )
    const notation = fc.constantFrom(
      (digits: string) => digits,
      (digits: string) => `"${digits}"`,
      (digits: string) => ` ${digits} `,
      (digits: string) => `${digits}\n`,
      (digits: string) => `${digits}.0`,
      (digits: string) => `"${digits}e0"`,
    )
    fc.assert(
      fc.property(any, notation, (value, write) => {
        expect(read(write(String(value)))).toEqual({
          int: value >= -(2n ** 63n) && value < 2n ** 63n ? value : undefined,
          time: value >= 0n && value < 2n ** 64n ? value : undefined,
        })
      }),
      { numRuns: 1000 },
    )
  })

  it.each([
    '""',
    '"-"',
    '"1 "',
    '" 1"',
    '"0x10"',
    '"1_000"',
    '1.5',
    '"1e-1"',
    '"1e99"',
    '-',
    '00',
    '"12a"',
    '12a',
    '[]',
    '{}',
    'true',
  ])('do not come from %s', (text) => {
    expect(read(text)).toEqual({ int: undefined, time: undefined })
  })

  it('may have leading zeros only inside a string', () => {
    expect(read('"007"')).toEqual({ int: 7n, time: 7n })
    expect(read('007')).toEqual({ int: undefined, time: undefined })
  })
})
