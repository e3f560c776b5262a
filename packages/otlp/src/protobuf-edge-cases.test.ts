import { oracleDecode, withoutDefaults } from '@clew/testkit/otlp-oracle'
import { describe, expect, it } from 'vitest'
import { Batch } from './batch.ts'
import { MAX_PARTS_PER_REQUEST } from './batch-index.ts'
import { decode } from './decode.ts'
import { encode } from './encode.ts'
import type { AnyValue, MetricsRequest, Span, TracesRequest } from './model.ts'
import type { Signal } from './signal.ts'
import { MAX_FIELDS_PER_MESSAGE } from './structural-check.ts'
import { readEverything } from './testdata/read-everything.ts'
import { SpanView } from './views/span-view.ts'
import { DecodeError } from './wire/decode-error.ts'
import { WireWriter } from './wire/wire-writer.ts'

type Write = (writer: WireWriter) => void

/** Bytes of a message in which `write` puts the fields. */
function bytes(write: Write): Uint8Array {
  const writer = new WireWriter()
  write(writer)
  return writer.finish()
}

/** A request with one item body. */
function wrap(body: Uint8Array): Uint8Array {
  return bytes((writer) =>
    writer.bytesField(
      1,
      bytes((r) =>
        r.bytesField(
          2,
          bytes((s) => s.bytesField(2, body)),
        ),
      ),
    ),
  )
}

function failure(signal: Signal, body: Uint8Array): DecodeError {
  try {
    Batch.fromProtobuf(signal, body)
  } catch (error) {
    expect(error).toBeInstanceOf(DecodeError)
    return error as DecodeError
  }
  throw new Error('the bytes were taken')
}

function spanOf(body: Uint8Array): Span {
  const request = wrap(body)
  const span = decode('traces', Batch.fromProtobuf('traces', request)).resourceSpans![0]!.scopeSpans![0]!.spans![0]!
  // Whatever it is, protobufjs must see the same.
  const oracle = oracleDecode('traces', request).resourceSpans![0]!.scopeSpans![0]!.spans![0]!
  expect(withoutDefaults(span)).toEqual(withoutDefaults(oracle))
  return span
}

describe('legal but rare protobuf', () => {
  it('takes fields in any order, and the last of a repeated scalar', () => {
    const body = bytes((w) => {
      w.stringField(5, 'first')
      w.tag(16, 5)
      w.fixed32(7)
      w.stringField(5, 'last')
      w.bytesField(1, new Uint8Array(16).fill(1))
    })
    expect(spanOf(body)).toEqual({ name: 'last', flags: 7, traceId: '01'.repeat(16) })
    const view = new SpanView()
    view.seekRange(body, 0, body.length)
    expect([view.name(), view.flags]).toEqual(['last', 7])
  })

  it('merges messages that were sent in parts', () => {
    const attribute = (key: string): Uint8Array => encodeKeyValue(key, { stringValue: key })
    const body = bytes((w) => {
      w.bytesField(
        15,
        bytes((s) => s.stringField(2, 'message')),
      )
      w.stringField(5, 'name')
      w.bytesField(
        15,
        bytes((s) => void [s.tag(3, 0), s.varint32(2)]),
      )
    })
    expect(spanOf(body)).toEqual({ name: 'name', status: { message: 'message', code: 2 } })
    const request = bytes((w) => {
      w.bytesField(
        1,
        bytes((r) => {
          r.bytesField(
            1,
            bytes((resource) => resource.bytesField(1, attribute('a'))),
          )
          r.bytesField(
            2,
            bytes((s) => s.bytesField(2, body)),
          )
          r.bytesField(
            1,
            bytes((resource) => resource.bytesField(1, attribute('b'))),
          )
        }),
      )
    })
    const batch = Batch.fromProtobuf('traces', request)
    expect(decode('traces', batch).resourceSpans![0]!.resource).toEqual({
      attributes: [
        { key: 'a', value: { stringValue: 'a' } },
        { key: 'b', value: { stringValue: 'b' } },
      ],
    })
    expect(withoutDefaults(oracleDecode('traces', batch.toProtobuf()))).toEqual(
      withoutDefaults(oracleDecode('traces', request)),
    )
  })

  it('lets the last alternative of a oneof win, and merges a repeated one', () => {
    const two = bytes((w) =>
      w.bytesField(
        9,
        bytes((pair) => {
          pair.stringField(1, 'k')
          pair.bytesField(
            2,
            bytes((v) => void [v.stringField(1, 'text'), v.tag(2, 0), v.varint32(1)]),
          )
        }),
      ),
    )
    expect(spanOf(two).attributes).toEqual([{ key: 'k', value: { boolValue: true } }])
    const element = bytes((v) => v.stringField(1, 'x'))
    const array = (v: WireWriter): void =>
      v.bytesField(
        5,
        bytes((list) => list.bytesField(1, element)),
      )
    const joined = bytes((w) =>
      w.bytesField(
        9,
        bytes((pair) =>
          pair.bytesField(
            2,
            bytes((v) => void [v.stringField(1, 'gone'), array(v), array(v)]),
          ),
        ),
      ),
    )
    expect(spanOf(joined).attributes).toEqual([
      { value: { arrayValue: { values: [{ stringValue: 'x' }, { stringValue: 'x' }] } } },
    ])
  })

  it('reads packed and unpacked numbers alike, also mixed', () => {
    const point = bytes((w) => {
      w.tag(6, 1)
      w.fixed64(1n)
      w.bytesField(
        6,
        bytes((p) => void [p.fixed64(2n), p.fixed64(2n ** 64n - 1n)]),
      )
      w.tag(7, 1)
      w.double(0.5)
    })
    const exponential = bytes((w) =>
      w.bytesField(
        8,
        bytes(
          (b) =>
            void [
              b.tag(2, 0),
              b.varint64(300n),
              b.bytesField(
                2,
                bytes((p) => p.varint64(7n)),
              ),
            ],
        ),
      ),
    )
    const request = bytes((w) => {
      for (const [field, body] of [[9, point] as const, [10, exponential] as const]) {
        const metric = bytes((m) =>
          m.bytesField(
            field,
            bytes((data) => data.bytesField(1, body)),
          ),
        )
        w.raw(wrap(metric))
      }
    })
    const batch = Batch.fromProtobuf('metrics', request)
    const expected: MetricsRequest = oracleDecode('metrics', request)
    expect(decode('metrics', batch)).toEqual(expected)
    const seen = JSON.stringify(readEverything(batch), (_, v: unknown) => (typeof v === 'bigint' ? `${v}n` : v))
    expect(seen).toContain('["1n","2n","18446744073709551615n"]')
    expect(seen).toContain('["300n","7n"]')
  })

  it('skips unknown fields of every wire type, also groups, and keeps them in the bytes', () => {
    const body = bytes((w) => {
      w.tag(99, 0)
      w.varint64(2n ** 64n - 1n)
      w.tag(100, 1)
      w.fixed64(1n)
      w.stringField(101, 'unknown')
      w.tag(102, 5)
      w.fixed32(1)
      w.tag(103, 3)
      w.stringField(1, 'in a group')
      w.tag(104, 3)
      w.tag(104, 4)
      w.tag(103, 4)
      w.stringField(5, 'known')
      w.tag(536_870_911, 0)
      w.varint32(1)
    })
    expect(spanOf(body)).toEqual({ name: 'known' })
    const view = new SpanView()
    view.seekRange(body, 0, body.length)
    expect(view.name()).toBe('known')
    const batch = Batch.fromProtobuf('traces', wrap(body))
    const editor = batch.edit()
    editor.replaceResource(0, new Uint8Array(0))
    expect(Buffer.from(editor.finish().toProtobuf()).includes('in a group')).toBe(true)
  })

  it('takes lengths and numbers with needless continuation bytes', () => {
    const body = Uint8Array.from([0x2a, 0x82, 0x80, 0x00, 0x68, 0x69, 0x30, 0x83, 0x80, 0x80, 0x00])
    expect(spanOf(body)).toEqual({ name: 'hi', kind: 3 })
  })

  it('reads negative enums and wide booleans as protobuf does', () => {
    const body = bytes((w) => void [w.tag(6, 0), w.varint64(-1n)])
    expect(spanOf(body).kind).toBe(-1)
    const wide = bytes((w) =>
      w.bytesField(
        9,
        bytes((p) =>
          p.bytesField(
            2,
            bytes((v) => void [v.tag(2, 0), v.varint64(2n ** 40n)]),
          ),
        ),
      ),
    )
    expect(spanOf(wide).attributes).toEqual([{ value: { boolValue: true } }])
  })
})

function encodeKeyValue(key: string, value: AnyValue): Uint8Array {
  const request: TracesRequest = { resourceSpans: [{ scopeSpans: [{ spans: [{ attributes: [{ key, value }] }] }] }] }
  const batch = Batch.fromProtobuf('traces', encode('traces', request))
  const view = new SpanView().bind(batch)
  view.seek(0)
  return view.source.subarray(view.attributes.ranges.starts[0], view.attributes.ranges.ends[0])
}

describe('malformed protobuf', () => {
  it('names the field', () => {
    const good: Span = { name: 'x', attributes: [{ key: 'k', value: { intValue: 1n } }] }
    const encoded = encode('traces', { resourceSpans: [{ scopeSpans: [{ spans: [good, good, good] }] }] })
    expect(failure('traces', encoded.subarray(0, encoded.length - 1)).path).toBe('resourceSpans[0]')
    const third = bytes((w) => w.bytesField(1, new Uint8Array(5)))
    const request = bytes((w) => {
      w.raw(encode('traces', { resourceSpans: [{}] }))
      w.bytesField(
        1,
        bytes((r) =>
          r.bytesField(
            2,
            bytes(
              (s) =>
                void [
                  s.bytesField(
                    2,
                    bytes(() => {}),
                  ),
                  s.bytesField(2, third),
                ],
            ),
          ),
        ),
      )
    })
    const error = failure('traces', request)
    expect(error.path).toBe('resourceSpans[1].scopeSpans[0].spans[1].traceId')
    expect(error.message).toMatch(
      /^resourceSpans\[1\]\.scopeSpans\[0\]\.spans\[1\]\.traceId: expected 16 bytes, got 5 \(byte \d+\)$/,
    )
    expect(error.code).toBe('OTLP_MALFORMED')
    const nested = wrap(
      bytes((w) =>
        w.bytesField(
          9,
          bytes((p) => p.bytesField(2, Uint8Array.from([0x21, 1, 2]))),
        ),
      ),
    )
    expect(failure('traces', nested).path).toBe(
      'resourceSpans[0].scopeSpans[0].spans[0].attributes[0].value.doubleValue',
    )
  })

  it.each<[string, number[], RegExp]>([
    ['a varint of eleven bytes', [0x30, ...Array<number>(10).fill(0xff), 1], /varint/],
    ['a varint of more than 64 bits', [0x30, ...Array<number>(9).fill(0xff), 2], /64 bits/],
    ['a length beyond the parent', [0x2a, 0x05, 0x61], /longer than the enclosing/],
    ['a length of 2^40', [0x2a, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20, 0x61], /longer than the enclosing/],
    ['a fixed64 cut off', [0x39, 1, 2, 3], /cut off/],
    ['a fixed32 cut off', [0x85, 0x01, 1], /cut off/],
    ['field number 0', [0x02, 0x00], /field number/],
    ['a group that does not end', [0x9b, 0x06, 0x08, 0x01], /cut off/],
    ['the end of a group that did not begin', [0x9c, 0x06], /wire type 4/],
    ['a known field of another wire type', [0x28, 0x01], /does not fit/],
    ['wire type 7', [0x9f, 0x06], /wire type 7/],
    ['a tag cut off', [0x80], /cut off/],
  ])('refuses %s', (_, body, problem) => {
    expect(failure('traces', wrap(Uint8Array.from(body))).problem).toMatch(problem)
  })

  it('refuses values and groups that are nested too deep, and takes 60 levels', () => {
    const nest = (levels: number): Uint8Array => {
      let value = bytes((w) => w.stringField(1, 'core'))
      for (let i = 0; i < levels; i++)
        value = bytes((v) =>
          v.bytesField(
            5,
            bytes((list) => list.bytesField(1, value)),
          ),
        )
      return wrap(
        bytes((w) =>
          w.bytesField(
            9,
            bytes((pair) => pair.bytesField(2, value)),
          ),
        ),
      )
    }
    expect(Batch.fromProtobuf('traces', nest(60)).itemCount).toBe(1)
    const error = failure('traces', nest(5000))
    expect(error.problem).toMatch(/nested deeper than 64/)
    expect(error.message.length).toBeLessThan(400)
    expect(error.path).toMatch(/^resourceSpans\[0\]\.scopeSpans\[0\]\.spans\[0\]\.attributes\[0\]\.value\.arrayValue/)
    expect(failure('traces', wrap(new Uint8Array(10_000).fill(0x0b))).problem).toMatch(/wire type 3|nested deeper/)
    const groups = Uint8Array.from(Array.from({ length: 5000 }, () => [0x9b, 0x06]).flat())
    expect(failure('traces', wrap(groups)).problem).toMatch(/groups nested deeper/)
  })

  it('refuses requests that would cost many times their size to index', () => {
    const attributes = new Uint8Array(2 * (MAX_FIELDS_PER_MESSAGE + 1)).map((_, i) => (i % 2 === 0 ? 0x4a : 0))
    expect(failure('traces', wrap(attributes)).problem).toBe('more than 1048576 fields in one message')
    expect(Batch.fromProtobuf('traces', wrap(attributes.subarray(2))).itemCount).toBe(1)
    const spans = new Uint8Array(2 * (MAX_PARTS_PER_REQUEST + 1)).map((_, i) => (i % 2 === 0 ? 0x12 : 0))
    const scope = bytes((w) =>
      w.bytesField(
        1,
        bytes((r) => r.bytesField(2, spans)),
      ),
    )
    expect(failure('traces', scope).path).toBe(`resourceSpans[0].scopeSpans[0].spans[${MAX_PARTS_PER_REQUEST}]`)
    const resources = new Uint8Array(2 * (MAX_PARTS_PER_REQUEST + 1)).map((_, i) => (i % 2 === 0 ? 0x0a : 0))
    expect(failure('traces', resources).path).toBe(`resourceSpans[${MAX_PARTS_PER_REQUEST}]`)
  })

  it('takes the empty request', () => {
    const batch = Batch.fromProtobuf('logs', new Uint8Array(0))
    expect([batch.itemCount, batch.pointCount, batch.resourceCount, batch.byteLength]).toEqual([0, 0, 0, 0])
    expect(batch.toProtobuf()).toHaveLength(0)
  })

  it('shows invalid UTF-8 as U+FFFD and keeps its bytes', () => {
    const body = bytes((w) => w.bytesField(5, Uint8Array.from([0x61, 0xff, 0x62])))
    const batch = Batch.fromProtobuf('traces', wrap(body))
    const view = new SpanView().bind(batch)
    view.seek(0)
    expect(view.name()).toBe('a\ufffdb')
    expect(Buffer.from(batch.toProtobuf()).includes(Buffer.from([0x61, 0xff, 0x62]))).toBe(true)
  })
})
