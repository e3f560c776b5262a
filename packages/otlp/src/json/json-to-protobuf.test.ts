import { describe, expect, it } from 'vitest'
import { Batch } from '../batch.ts'
import { decode } from '../decode.ts'
import type { AnyValue, Span } from '../model.ts'
import { DecodeError } from '../wire/decode-error.ts'
import { protobufToJson } from './protobuf-to-json.ts'

function span(json: string): Span {
  const text = `{"resourceSpans":[{"scopeSpans":[{"spans":[${json}]}]}]}`
  return decode('traces', Batch.fromJson('traces', Buffer.from(text))).resourceSpans![0]!.scopeSpans![0]!.spans![0]!
}

function attribute(value: string): AnyValue | undefined {
  return span(`{"attributes":[{"key":"k","value":${value}}]}`).attributes![0]!.value
}

function failure(text: string): string {
  try {
    Batch.fromJson('traces', Buffer.from(text))
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError)
    return (error as DecodeError).message
  }
  throw new Error('the JSON was taken')
}

const spanFailure = (json: string): string => failure(`{"resourceSpans":[{"scopeSpans":[{"spans":[{},${json}]}]}]}`)

describe('OTLP/JSON', () => {
  it('takes ids in either case and empty ones as absent', () => {
    expect(span('{"traceId":"0123456789ABCDEF0123456789abcdef","spanId":"FFFFFFFFFFFFFFFF"}')).toEqual({
      traceId: '0123456789abcdef0123456789abcdef',
      spanId: 'ffffffffffffffff',
    })
    expect(span('{"parentSpanId":""}').parentSpanId).toBe('')
  })

  it('takes 64-bit integers as string, number, or the halves of old exporters, without losing a digit', () => {
    expect(span('{"startTimeUnixNano":"1800000000123456789"}').startTimeUnixNano).toBe(1800000000123456789n)
    expect(span('{"startTimeUnixNano":1800000000123456789}').startTimeUnixNano).toBe(1800000000123456789n)
    expect(span('{"startTimeUnixNano":18446744073709551615}').startTimeUnixNano).toBe(2n ** 64n - 1n)
    expect(span('{"startTimeUnixNano":{"low":-1,"high":419095156,"unsigned":true}}').startTimeUnixNano).toBe(
      (419095156n << 32n) | 0xffffffffn,
    )
    expect(attribute('{"intValue":"-9223372036854775808"}')).toEqual({ intValue: -(2n ** 63n) })
    expect(attribute('{"intValue":1e3}')).toEqual({ intValue: 1000n })
    expect(attribute('{"intValue":12.50e1}')).toEqual({ intValue: 125n })
    expect(attribute('{"intValue":1200e-2}')).toEqual({ intValue: 12n })
  })

  it('takes doubles as numbers, strings and the three words', () => {
    expect(attribute('{"doubleValue":-0}')).toEqual({ doubleValue: -0 })
    expect(attribute('{"doubleValue":"NaN"}')).toEqual({ doubleValue: Number.NaN })
    expect(attribute('{"doubleValue":"Infinity"}')).toEqual({ doubleValue: Infinity })
    expect(attribute('{"doubleValue":"-Infinity"}')).toEqual({ doubleValue: -Infinity })
    expect(attribute('{"doubleValue":"1.5e-7"}')).toEqual({ doubleValue: 1.5e-7 })
  })

  it('takes enums as numbers and names', () => {
    expect(span('{"kind":3,"status":{"code":"STATUS_CODE_ERROR"}}')).toEqual({ kind: 3, status: { code: 2 } })
    expect(span('{"kind":"SPAN_KIND_SERVER"}').kind).toBe(2)
    expect(span('{"kind":77}').kind).toBe(77)
  })

  it('takes snake_case names, ignores unknown members and null', () => {
    expect(
      span('{"trace_state":"a=b","name":null,"futureField":{"x":[1,{"y":"}"}]},"dropped_events_count":2}'),
    ).toEqual({
      traceState: 'a=b',
      droppedEventsCount: 2,
    })
  })

  it('takes bytes in both base64 alphabets, padded or not', () => {
    for (const text of ['+/+/AQ==', '-_-_AQ', '+/+/AQ']) {
      expect(attribute(`{"bytesValue":"${text}"}`)).toEqual({ bytesValue: new Uint8Array([0xfb, 0xff, 0xbf, 1]) })
    }
    expect(attribute('{"bytesValue":""}')).toEqual({ bytesValue: new Uint8Array(0) })
  })

  it('takes empty, nested and mixed values', () => {
    expect(attribute('{}')).toEqual({})
    expect(attribute('{"arrayValue":{"values":[{"stringValue":"a"},null,{}]}}')).toEqual({
      arrayValue: { values: [{ stringValue: 'a' }, {}, {}] },
    })
    expect(attribute('{"kvlistValue":{"values":[{"key":"x","value":{"boolValue":true}}]}}')).toEqual({
      kvlistValue: { values: [{ key: 'x', value: { boolValue: true } }] },
    })
  })

  it('takes escapes, surrogate pairs and a byte order mark', () => {
    expect(span(String.raw`{"name":"a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00z"}`).name).toBe('a"\\/\b\f\n\r\té😀z')
    expect(span(String.raw`{"name":"\ud83d alone"}`).name).toBe('\ufffd alone')
    expect(Batch.fromJson('traces', Buffer.from('\ufeff{"resourceSpans":[{}]}')).resourceCount).toBe(1)
  })

  it('names the field that is wrong', () => {
    expect(spanFailure('{"traceId":"12"}')).toMatch(
      /^resourceSpans\[0\]\.scopeSpans\[0\]\.spans\[1\]\.traceId: expected 32 hex digits, got 2 characters \(byte \d+\)$/,
    )
    expect(spanFailure(`{"spanId":"${'g'.repeat(16)}"}`)).toContain('.spans[1].spanId: expected 16 hex digits')
    expect(spanFailure('{"attributes":[{"key":"a"},{"key":5}]}')).toContain('attributes[1].key: expected a string')
    expect(spanFailure('{"kind":"SERVER"}')).toContain("kind: unknown enum name 'SERVER'")
    expect(spanFailure('{"flags":4294967296}')).toContain('flags: integer is out of range')
    expect(spanFailure('{"startTimeUnixNano":"-1"}')).toContain('startTimeUnixNano: integer is out of range')
    expect(spanFailure('{"startTimeUnixNano":"1.5"}')).toContain('startTimeUnixNano: expected an integer')
    expect(spanFailure('{"attributes":{}}')).toContain('attributes: expected an array')
    expect(spanFailure('{"attributes":[{"value":{"bytesValue":"*"}}]}')).toContain('bytesValue: expected a base64')
    expect(spanFailure('{"attributes":[{"value":{"doubleValue":"x"}}]}')).toContain('doubleValue: expected a number')
    expect(spanFailure('{"attributes":[{"value":{"boolValue":1}}]}')).toContain('boolValue: expected true or false')
    expect(spanFailure('{"events":[null]}')).toContain('events[0]: null is not allowed')
  })

  it.each([
    '',
    '[]',
    '"x"',
    '{',
    '{"a":1,}',
    '{"a" 1}',
    '{"a":01}',
    '{"a":+1}',
    '{"a":.5}',
    '{"a":1.}',
    "{'a':1}",
    '{} x',
  ])('refuses %j', (text) => {
    expect(failure(text)).toMatch(/JSON/)
  })

  it('refuses invalid UTF-8 and bottomless nesting', () => {
    expect(() => Batch.fromJson('traces', Uint8Array.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))).toThrow(/UTF-8/)
    expect(failure(`{"a":${'['.repeat(100_000)}`)).toContain('nested deeper')
    const deep = '{"arrayValue":{"values":['.repeat(200)
    expect(spanFailure(`{"attributes":[{"value":${deep}`)).toMatch(/nested deeper|end of JSON/)
  })

  it('writes camelCase, hex ids, integer enums and text for 64 bits', () => {
    const text =
      '{"traceId":"0123456789ABCDEF0123456789abcdef","kind":2,"startTimeUnixNano":"5","attributes":[{"key":"n","value":{"intValue":"7"}},{"key":"d","value":{"doubleValue":"NaN"}}]}'
    const batch = Batch.fromJson('traces', Buffer.from(`{"resourceSpans":[{"scopeSpans":[{"spans":[${text}]}]}]}`))
    expect(JSON.parse(Buffer.from(protobufToJson(batch)).toString())).toEqual({
      resourceSpans: [
        {
          scopeSpans: [
            {
              spans: [
                {
                  traceId: '0123456789abcdef0123456789abcdef',
                  kind: 2,
                  startTimeUnixNano: '5',
                  attributes: [
                    { key: 'n', value: { intValue: '7' } },
                    { key: 'd', value: { doubleValue: 'NaN' } },
                  ],
                },
              ],
            },
          ],
        },
      ],
    })
  })
})
