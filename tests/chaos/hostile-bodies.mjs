// OTLP trace requests that are well-formed on the wire and unreasonable. Written by hand, byte by byte, because encoders
// would not make them.

function varint(value) {
  const bytes = []
  let rest = BigInt(value)
  do {
    const low = Number(rest & 0x7fn)
    rest >>= 7n
    bytes.push(rest === 0n ? low : low | 0x80)
  } while (rest !== 0n)
  return Buffer.from(bytes)
}

/** A length-delimited field. */
export function field(number, ...parts) {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return Buffer.concat([varint((number << 3) | 2), varint(length), ...parts])
}

function fixed64(number, value) {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value) & 0xffff_ffff_ffff_ffffn)
  return Buffer.concat([varint((number << 3) | 1), bytes])
}

const text = (number, value) => field(number, Buffer.from(value))
const attribute = (key, ...value) => field(9, text(1, key), field(2, ...value))
const stringValue = (value) => text(1, value)

let nextTrace = 1
function traceId() {
  const id = Buffer.alloc(16)
  id.writeUInt32BE(0xbad00000 + process.pid, 0)
  id.writeUInt32BE(nextTrace++, 12)
  return id
}

function spanId(number) {
  const id = Buffer.alloc(8)
  id.writeUInt32BE(0xbad, 0)
  id.writeUInt32BE(number, 4)
  return id
}

const nowNanos = () => BigInt(Date.now()) * 1_000_000n

function span(trace, number, { start = nowNanos(), end = start + 1000n, name = 'hostile' } = {}, ...more) {
  return field(2, field(1, trace), field(2, spanId(number)), text(5, name), fixed64(7, start), fixed64(8, end), ...more)
}

function request(...spans) {
  const resource = field(1, field(1, text(1, 'service.name'), field(2, stringValue('hostile'))))
  return field(1, resource, field(2, ...spans))
}

function nestedValue(depth) {
  let value = stringValue('core')
  for (let i = 0; i < depth; i++) value = field(5, field(1, value))
  return value
}

/**
 * Every body with what may come of it: `stored` spans (0 when it must be refused, undefined when either is right).
 * `monster` marks those that cost the server the most.
 */
export function hostileBodies() {
  const trace = traceId()
  const list = []
  const add = (name, body, more = {}) => list.push({ name, body, json: false, monster: false, stored: 1, ...more })

  const many = Array.from({ length: 100_000 }, (_, i) => attribute(`key.${i}`, stringValue(`value ${i}`)))
  const manyTrace = traceId()
  add('100,000 attributes on a span', request(span(manyTrace, 1, {}, Buffer.concat(many))), {
    monster: true,
    trace: manyTrace,
  })

  const longTrace = traceId()
  add('a 50 MB attribute', request(span(longTrace, 1, {}, attribute('long', stringValue('x'.repeat(50_000_000))))), {
    monster: true,
    trace: longTrace,
  })

  const crowd = traceId()
  const small = Array.from({ length: 1_000_000 }, (_, i) =>
    field(2, field(1, crowd), field(2, spanId(i + 1)), fixed64(7, nowNanos())),
  )
  add('1 million spans in a request', request(Buffer.concat(small)), { monster: true, stored: 1_000_000, trace: crowd })

  add('30 million empty spans', field(1, field(2, Buffer.alloc(60_000_000).fill(Buffer.from([0x12, 0x00])))), {
    monster: true,
    stored: 0,
  })

  const events = Buffer.alloc(2_000_000).fill(Buffer.from([0x5a, 0x00]))
  const eventsTrace = traceId()
  add('a million empty events on a span', request(span(eventsTrace, 1, {}, events)), {
    monster: true,
    stored: undefined,
    trace: eventsTrace,
  })

  const bare = Buffer.alloc(2_000_000).fill(Buffer.from([0x4a, 0x00]))
  const bareTrace = traceId()
  add('a million empty attributes on a span', request(span(bareTrace, 1, {}, bare)), {
    monster: true,
    stored: undefined,
    trace: bareTrace,
  })

  const resources = Array.from({ length: 100_000 }, (_, i) => request(span(trace, 1000 + i)))
  add('100,000 resources in a request', Buffer.concat(resources), { monster: true, stored: 100_000, trace })

  add('nesting 10,000 deep', request(span(traceId(), 1, {}, attribute('deep', nestedValue(10_000)))), { stored: 0 })
  const deepJson = `{"resourceSpans":[{"scopeSpans":[{"spans":[{"attributes":[{"key":"deep","value":${'{"arrayValue":{"values":['.repeat(10_000)}{"stringValue":"core"}${']}}'.repeat(10_000)}}]}]}]}]}`
  add('JSON nested 10,000 deep', Buffer.from(deepJson), { json: true, stored: 0 })
  add('JSON of nothing but brackets', Buffer.from('['.repeat(1_000_000)), { json: true, stored: 0 })
  add('long JSON', Buffer.from(`{"resourceSpans":[${'{"scopeSpans":[]},'.repeat(3_000_000)}{}]}`), {
    json: true,
    monster: true,
    stored: 0,
  })

  const times = {
    'a timestamp of 1970': { start: 1n, end: 2n },
    'a timestamp of 2200': { start: 7_258_118_400_000_000_000n, end: 7_258_118_400_000_001_000n },
    'a timestamp of zero': { start: 0n, end: 0n },
    'the last timestamp there is': { start: 2n ** 64n - 2n, end: 2n ** 64n - 1n },
    'an end before the start': { start: nowNanos(), end: nowNanos() - 5_000_000_000n },
  }
  for (const [name, time] of Object.entries(times)) {
    const id = traceId()
    add(name, request(span(id, 1, time)), { trace: id })
  }
  const doubled = traceId()
  add('a span id that comes twice', request(span(doubled, 7), span(doubled, 7)), { stored: 2, trace: doubled })
  const broken = traceId()
  add(
    'invalid UTF-8 in names, keys and values',
    request(
      span(
        broken,
        1,
        {},
        field(5, Buffer.from([0xc3, 0x28, 0xff])),
        field(9, field(1, Buffer.from([0xff, 0xfe])), field(2, field(1, Buffer.from([0xed, 0xa0, 0x80])))),
      ),
    ),
    { trace: broken },
  )
  add('zero ids', request(field(2, field(1, Buffer.alloc(16)), field(2, Buffer.alloc(8)), fixed64(7, nowNanos()))), {
    trace: Buffer.alloc(16),
  })
  // Not the same moment: the trace of zeros must be found whole.
  add('no ids at all', request(field(2, fixed64(7, nowNanos() + 1_000_000_000n))), {
    trace: Buffer.alloc(16),
    stored: 2,
  })
  add('ids of the wrong length', request(field(2, field(1, Buffer.alloc(15, 1)), field(2, Buffer.alloc(9, 1)))), {
    stored: 0,
  })
  return list
}
