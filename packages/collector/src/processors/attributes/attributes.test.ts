import { createHash } from 'node:crypto'
import { decode } from '@clew/otlp/decode'
import { encodeBatch } from '@clew/otlp/encode'
import type { AnyValue, KeyValue } from '@clew/otlp/model'
import type { ConsumeContext } from '@clew/otlp/consumer'
import { describe, expect, test } from 'vitest'
import { checkSchema } from '../../config/check-schema.ts'
import { parseYaml } from '../../config/parse-yaml.ts'
import { contextFor } from '../../testdata/context.ts'
import { MemoryConsumer } from '../../testdata/memory-consumer.ts'
import { logsBatch, pointsBatch, spansBatch } from '../../testdata/telemetry.ts'
import { AttributesProcessor } from './attributes.ts'
import { attributesSchema, type AttributesConfig } from './config.ts'

function config(yaml: string): AttributesConfig {
  const { value, errors } = checkSchema(attributesSchema, parseYaml(yaml, 'c'), [])
  if (value === undefined) throw errors[0] ?? new Error('no value')
  return value
}

function problems(yaml: string): string[] {
  return checkSchema(attributesSchema, parseYaml(yaml, 'c'), []).errors.map((one) => one.problem)
}

const BEFORE: KeyValue[] = [
  { key: 'text', value: { stringValue: 'abc' } },
  { key: 'number', value: { intValue: 42n } },
  { key: 'half', value: { doubleValue: 2.5 } },
  { key: 'yes', value: { boolValue: true } },
  { key: 'path', value: { stringValue: '/user/77/cart' } },
  { key: 'http.request.header.cookie', value: { stringValue: 'secret' } },
]

/** The attributes of one span after the actions, as a map. */
async function apply(actions: string, context: ConsumeContext = {}): Promise<Record<string, AnyValue | undefined>> {
  const store = new MemoryConsumer()
  const processor = new AttributesProcessor(
    config(`actions: ${actions}`),
    contextFor('processor/attributes@traces').context,
    'traces',
    store,
  )
  const batch = encodeBatch('traces', {
    resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'a', attributes: BEFORE }] }] }],
  })
  await processor.consume(batch, context)
  const span = decode('traces', store.batches[0] ?? batch).resourceSpans?.[0]?.scopeSpans?.[0]?.spans?.[0]
  return Object.fromEntries((span?.attributes ?? []).map(({ key, value }) => [key ?? '', value]))
}

const sha1 = (bytes: Uint8Array | string): AnyValue => ({ stringValue: createHash('sha1').update(bytes).digest('hex') })
const int64 = (value: bigint): Buffer => {
  const buffer = Buffer.alloc(8)
  buffer.writeBigInt64LE(value)
  return buffer
}

describe('actions', () => {
  test.each<[string, string, Record<string, AnyValue | undefined>]>([
    ['insert adds', '[{key: new, value: 1, action: insert}]', { new: { intValue: 1n } }],
    ['insert leaves what is there', '[{key: text, value: x, action: insert}]', { text: { stringValue: 'abc' } }],
    ['update changes what is there', '[{key: text, value: x, action: update}]', { text: { stringValue: 'x' } }],
    ['update adds nothing', '[{key: new, value: x, action: update}]', { new: undefined }],
    [
      'upsert does both',
      '[{key: text, value: x, action: upsert}, {key: new, value: y, action: upsert}]',
      {
        text: { stringValue: 'x' },
        new: { stringValue: 'y' },
      },
    ],
    [
      'values keep their type',
      '[{key: a, value: 1.5, action: insert}, {key: b, value: true, action: insert}, {key: c, value: "1", action: insert}]',
      {
        a: { doubleValue: 1.5 },
        b: { boolValue: true },
        c: { stringValue: '1' },
      },
    ],
    [
      'lists and maps',
      '[{key: a, value: [1, x], action: insert}, {key: b, value: {k: v}, action: insert}]',
      {
        a: { arrayValue: { values: [{ intValue: 1n }, { stringValue: 'x' }] } },
        b: { kvlistValue: { values: [{ key: 'k', value: { stringValue: 'v' } }] } },
      },
    ],
    [
      'from_attribute copies with the type',
      '[{key: new, from_attribute: number, action: insert}]',
      { new: { intValue: 42n } },
    ],
    [
      'from_attribute of nothing sets nothing',
      '[{key: new, from_attribute: nope, action: insert}]',
      { new: undefined },
    ],
    [
      'default_value stands in',
      '[{key: new, from_attribute: nope, default_value: d, action: insert}]',
      {
        new: { stringValue: 'd' },
      },
    ],
    ['delete', '[{key: text, action: delete}]', { text: undefined, number: { intValue: 42n } }],
    [
      'delete by pattern',
      '[{pattern: "^http\\\\.request\\\\.header", action: delete}]',
      {
        'http.request.header.cookie': undefined,
      },
    ],
    ['hash of text', '[{key: text, action: hash}]', { text: sha1('abc') }],
    ['hash of an int', '[{key: number, action: hash}]', { number: sha1(int64(42n)) }],
    ['hash of a bool', '[{key: yes, action: hash}]', { yes: sha1(Uint8Array.of(1)) }],
    ['hash by pattern', '[{pattern: "^(te|he)", action: hash}]', { text: sha1('abc'), number: { intValue: 42n } }],
    [
      'extract',
      '[{key: path, pattern: "^/user/(?P<user_id>\\\\d+)/(?P<page>.*)$", action: extract}]',
      {
        user_id: { stringValue: '77' },
        page: { stringValue: 'cart' },
        path: { stringValue: '/user/77/cart' },
      },
    ],
    ['extract without a match', '[{key: text, pattern: "^(?P<x>\\\\d)", action: extract}]', { x: undefined }],
    ['extract from what is no text', '[{key: number, pattern: "(?P<x>.)", action: extract}]', { x: undefined }],
    [
      'convert to string',
      '[{key: number, action: convert, converted_type: string}]',
      { number: { stringValue: '42' } },
    ],
    ['convert to int', '[{key: half, action: convert, converted_type: int}]', { half: { intValue: 2n } }],
    ['convert to double', '[{key: number, action: convert, converted_type: double}]', { number: { doubleValue: 42 } }],
    [
      'convert what cannot be converted',
      '[{key: text, action: convert, converted_type: int}]',
      {
        text: { stringValue: 'abc' },
      },
    ],
    [
      'one after the other',
      '[{key: a, from_attribute: text, action: insert}, {key: text, action: delete}, {key: a, action: hash}]',
      {
        text: undefined,
        a: sha1('abc'),
      },
    ],
  ])('%s', async (_what, actions, expected) => {
    const after = await apply(actions)
    for (const [key, value] of Object.entries(expected)) expect(after[key], key).toEqual(value)
  })

  test('from_context reads headers and the address of the sender', async () => {
    const actions =
      '[{key: tenant, from_context: metadata.X-Tenant, action: insert}, {key: ip, from_context: client.address, action: insert}]'
    const context = { metadata: new Map([['x-tenant', ['a', 'b']]]), clientAddress: '10.0.0.1' }
    expect(await apply(actions, context)).toMatchObject({
      tenant: { stringValue: 'a;b' },
      ip: { stringValue: '10.0.0.1' },
    })
    expect((await apply(actions))['tenant']).toBeUndefined()
  })

  test.each([
    ['[]', 'at least one action is required'],
    ['[{key: a, action: insert}]', 'specify exactly one of "value", "from_attribute" or "from_context"'],
    ['[{key: a, value: 1, from_attribute: b, action: insert}]', 'specify exactly one of'],
    ['[{value: 1, action: insert}]', 'the "key" field is required'],
    ['[{action: delete}]', 'either "key" or "pattern" is required'],
    ['[{key: a, action: extract, pattern: "(x)"}]', 'the pattern must contain at least one named group'],
    ['[{key: a, action: extract, pattern: "(?P<x>"}]', 'not a valid regular expression'],
    ['[{pattern: "a(?=b)", action: delete}]', 'invalid or unsupported Perl syntax: `(?=`'],
    ['[{key: a, action: convert}]', 'needs a "converted_type"'],
    ['[{key: a, value: 1, action: explode}]', 'Invalid option'],
  ])('%s is refused', (actions, message) => {
    expect(problems(`actions: ${actions}`)[0]).toContain(message)
  })
})

describe('include and exclude', () => {
  const names = async (match: string, signal: 'traces' | 'logs' | 'metrics' = 'traces'): Promise<unknown[]> => {
    const store = new MemoryConsumer()
    const yaml = `{actions: [{key: marked, value: 1, action: insert}], ${match}}`
    const processor = new AttributesProcessor(config(yaml), contextFor('processor/attributes').context, signal, store)
    const batch = { traces: spansBatch, logs: logsBatch, metrics: pointsBatch }[signal](4)
    await processor.consume(batch, {})
    const after = store.batches[0] ?? batch
    const marked = (attributes: KeyValue[] | undefined): boolean =>
      attributes?.some((one) => one.key === 'marked') ?? false
    if (signal === 'traces') {
      const spans = decode('traces', after).resourceSpans?.[0]?.scopeSpans?.[0]?.spans ?? []
      return spans.filter((span) => marked(span.attributes)).map((span) => span.name)
    }
    if (signal === 'logs') {
      const records = decode('logs', after).resourceLogs?.[0]?.scopeLogs?.[0]?.logRecords ?? []
      return records.filter((record) => marked(record.attributes)).map((record) => record.body?.stringValue)
    }
    const metrics = decode('metrics', after).resourceMetrics?.[0]?.scopeMetrics?.[0]?.metrics ?? []
    return metrics.flatMap((metric) =>
      (metric.gauge?.dataPoints ?? []).filter((point) => marked(point.attributes)).map(() => metric.name),
    )
  }
  const all = ['GET /item/0', 'GET /item/1', 'GET /item/2', 'GET /item/3']

  test.each<[string, unknown[]]>([
    ['include: {match_type: strict, span_names: [GET /item/1, GET /item/3]}', ['GET /item/1', 'GET /item/3']],
    ['include: {match_type: regexp, span_names: ["/item/[12]$"]}', ['GET /item/1', 'GET /item/2']],
    ['exclude: {match_type: regexp, span_names: ["/item/[12]$"]}', ['GET /item/0', 'GET /item/3']],
    [
      'include: {match_type: regexp, span_names: ["[123]$"]}, exclude: {match_type: strict, span_names: [GET /item/2]}',
      ['GET /item/1', 'GET /item/3'],
    ],
    ['include: {match_type: strict, services: [shop]}', all],
    ['include: {match_type: strict, services: [other]}', []],
    ['include: {match_type: regexp, services: ["^sh"]}', all],
    ['include: {match_type: strict, attributes: [{key: index, value: 2}]}', ['GET /item/2']],
    ['include: {match_type: strict, attributes: [{key: index, value: "2"}]}', []],
    ['include: {match_type: strict, attributes: [{key: http.route}]}', all],
    ['include: {match_type: strict, attributes: [{key: nope}]}', []],
    ['include: {match_type: strict, resources: [{key: service.name, value: shop}]}', all],
    ['include: {match_type: strict, span_kinds: [SPAN_KIND_SERVER]}', all],
    ['include: {match_type: strict, span_kinds: [SPAN_KIND_CLIENT]}', []],
    ['include: {match_type: strict, libraries: [{name: test}]}', all],
    ['include: {match_type: strict, libraries: [{name: test, version: "2"}]}', []],
  ])('%s', async (match, expected) => {
    expect(await names(match)).toEqual(expected)
  })

  test.each<[string, number]>([
    ['include: {match_type: regexp, log_bodies: ["line [01]"]}', 2],
    ['include: {match_type: strict, log_severity_texts: [INFO]}', 4],
    ['include: {match_type: strict, log_severity_number: {min: WARN}}', 0],
    ['include: {match_type: strict, log_severity_number: {min: INFO}}', 4],
  ])('logs: %s', async (match, count) => {
    expect(await names(match, 'logs')).toHaveLength(count)
  })

  test('metrics by name', async () => {
    expect(await names('include: {match_type: strict, metric_names: [queue.length]}', 'metrics')).toHaveLength(4)
    expect(await names('include: {match_type: strict, metric_names: [other]}', 'metrics')).toHaveLength(0)
  })
})

test('a batch that no action changes goes on as the very bytes it came in', async () => {
  const store = new MemoryConsumer()
  const processor = new AttributesProcessor(
    config('actions: [{key: nope, action: delete}]'),
    contextFor('processor/attributes@traces').context,
    'traces',
    store,
  )
  const batch = spansBatch(5)
  await processor.consume(batch, {})
  expect(store.batches[0]?.toProtobuf()).toBe(batch.toProtobuf())
})
