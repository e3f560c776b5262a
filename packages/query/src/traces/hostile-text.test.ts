import { attributeKeys, attributeValues, searchTraces } from '@clew/contract/traces'
import { endpointUrl } from '@clew/contract/client'
import { listOperations, listServices } from '@clew/contract/services'
import { quoteText } from '@clew/lang/kit/quoted-text'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BASE_MS, span, spanBatch, spanHex, traceHex } from '../testdata/span-fixture.ts'
import { startTestServer, type TestServer } from '../testdata/test-server.ts'

const RANGE = { start: String(BASE_MS - 3_600_000), end: String(BASE_MS + 3_600_000) }

/** Texts that would do something in SQL, in a pattern, in a path or in a page if they were ever more than text. */
const HOSTILE = [
  "' OR 1=1 --",
  "'; DROP TABLE spans; --",
  "\\'; SELECT * FROM system.users; --",
  '" OR ""="',
  '`spans`',
  '{p0:String}',
  '{p1:UInt64}',
  '%',
  '_%_',
  '\\',
  '\\\\x27',
  "x') UNION ALL SELECT * FROM url('http://127.0.0.1:1/','CSV') --",
  "file('/etc/passwd','LineAsString')",
  '../../../../etc/passwd',
  '<script>alert(1)</script>',
  '.*',
  '(a+)+$',
  '$(id)',
  'a\tb\nc',
  '\u202Eevil',
  '\u0000',
]

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
  for (const [index, text] of HOSTILE.entries()) {
    await server.send(
      spanBatch(text, [
        span({
          traceId: traceHex(index + 1),
          spanId: spanHex(index + 1),
          name: text,
          attrs: { note: text, 'http.route': text, [text]: 'key' },
        }),
      ]),
    )
  }
})
afterAll(async () => await server.close())

async function find(q: string): Promise<number[]> {
  const answer = await server.ask(searchTraces, { ...RANGE, q, limit: 200, sort: 'oldest' })
  return answer.traces.map((trace) => Number.parseInt(trace.traceId, 16)).toSorted((a, b) => a - b)
}

describe.each(HOSTILE.map((text, index) => [text, index + 1] as const))('%j', (text, number) => {
  test('is found as a service, a name, a value, a promoted value and a key, and finds nothing else', async () => {
    const found: Record<string, number[]> = {}
    for (const field of ['service', 'name', 'note', 'http.route'])
      found[field] = await find(`${field}=${quoteText(text)}`)
    expect(found).toEqual({ service: [number], name: [number], note: [number], 'http.route': [number] })
    expect(await find(`${quoteText(text)}="key"`)).toEqual([number])
    expect((await find(`note:${quoteText(text)}`)).includes(number)).toBe(true)
    expect((await find(`note!=${quoteText(text)}`)).includes(number)).toBe(false)
  })

  test('is the input of every endpoint that takes text, and stays one', async () => {
    const operations = await server.ask(listOperations, { ...RANGE, service: text })
    expect(operations.operations.map(({ name }) => name)).toEqual([text])
    await server.ask(attributeKeys, { ...RANGE, prefix: text } as never)
    const values = await server.ask(attributeValues, { ...RANGE, key: text })
    expect(values.values.map(({ value }) => value)).toEqual(['key'])
  })
})

test('after all of it, everything is still there', async () => {
  const { services } = await server.ask(listServices, { ...RANGE, limit: 200 })
  expect(services.map(({ name }) => name).toSorted()).toEqual(HOSTILE.toSorted())
})

describe('regular expressions of a search', () => {
  test.each([
    '(x?|y?){40}\\b',
    '(|){60}\\b',
    '(a+)+$',
    '(a|a)*b',
    '([a-z]+)*\\d',
    '((a*)*)*$',
    '(.*)(.*)(.*)(.*)(.*)x',
  ])('%s is answered on every kind of field', async (pattern) => {
    for (const field of ['note', 'http.route', 'name', 'service']) {
      for (const operator of ['=~', '!~'])
        expect(await find(`${field}${operator}${quoteText(pattern)}`)).toBeInstanceOf(Array)
    }
  })

  test.each(['((a{1000}){1000}){1000}', '(', '(?=a)', '\\1', 'a{2,1}'])(
    '%s is the fault of the caller',
    async (pattern) => {
      const answer = await server.get(endpointUrl(searchTraces, { ...RANGE, q: `note=~${quoteText(pattern)}` }))
      expect([answer.status, answer.body.error.code]).toEqual([
        400,
        expect.stringMatching(/^(QUERY_REGEXP|BAD_QUERY)$/),
      ])
    },
  )
})

test('any text at all is a value', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async (text) => {
      const answer = await server.get(`/api/traces?limit=1&q=${encodeURIComponent(`note=${quoteText(text)}`)}`)
      expect([200, 400]).toContain(answer.status)
      if (answer.status === 400) expect(answer.body.error.code).toBe('BAD_QUERY')
    }),
    { numRuns: 100 },
  )
})
