import { searchLogs } from '@clew/contract/logs'
import { encodeBatch } from '@clew/otlp/encode'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { logMatcher } from '../live/log-matcher.ts'
import { liveLogs } from '../live/live-logs.ts'
import { attributes, BASE_MS, nanosAt, type Plain } from '../testdata/span-fixture.ts'
import { startTestServer, type TestServer } from '../testdata/test-server.ts'

/*
 * The language has two implementations: SQL over stored records, and a matcher over live ones. Whatever is asked, both
 * must find the same records.
 */
const VALUES: readonly Plain[] = [
  0n,
  1n,
  -3n,
  500n,
  0,
  1.5,
  500,
  'a',
  'A b',
  '',
  '500',
  'true',
  true,
  false,
  null,
  ['a', 1n],
  { k: 'a' },
]
const KEYS = ['k', 'error.type', 'user.id', 'x.y']
const RANGE = { start: String(BASE_MS), end: String(BASE_MS + 3_600_000) }
const RECORDS = 120

let server: TestServer
const batches = Array.from({ length: 4 }, (_, b) =>
  encodeBatch('logs', {
    resourceLogs: [
      {
        resource: {
          attributes: attributes({
            'service.name': ['shop', 'web', '', 'Shop'][b] ?? '',
            ...(b === 1 ? { k: 'a' } : {}),
          }),
        },
        scopeLogs: [
          {
            scope: { name: b === 2 ? 'lib' : '', attributes: attributes(b === 3 ? { k: 500n } : {}) },
            logRecords: Array.from({ length: RECORDS / 4 }, (_, i) => {
              const n = b * 30 + i
              const attrs: Record<string, Plain> = {}
              KEYS.forEach((key, k) => {
                if ((n + k) % 3 !== 0) attrs[key] = VALUES[(n * 7 + k * 5) % VALUES.length] as Plain
              })
              return {
                timeUnixNano: nanosAt(n * 1000),
                severityNumber: n % 25,
                body: { stringValue: ['Connection refused', 'a', 'all good: 500', ''][n % 4] ?? '' },
                attributes: attributes(attrs),
                ...(n % 5 === 0 ? { eventName: 'ev' } : {}),
                ...(n % 6 === 0 ? { traceId: (n + 1).toString(16).padStart(32, '0') } : {}),
              }
            }),
          },
        ],
      },
    ],
  }),
)

beforeAll(async () => {
  server = await startTestServer()
  await server.send(...batches)
})
afterAll(async () => await server.close())

const literal = fc.constantFrom('500', '"500"', '0', '-3', '1.5', 'a', '"A b"', '""', 'true', '"true"', 'none')
const attribute = fc
  .tuple(
    fc.constantFrom('', 'log.', 'resource.', 'scope.'),
    fc.constantFrom(...KEYS, 'nokey'),
    fc.oneof(
      fc.tuple(fc.constantFrom('=', '!=', ':', '!:'), literal),
      fc.tuple(fc.constantFrom('<', '<=', '>', '>='), fc.constantFrom('500', '0', '1.5', '-3')),
      fc.tuple(fc.constantFrom(':', '!:'), fc.constant('*')),
      fc.tuple(
        fc.constantFrom('=', '!='),
        fc.tuple(literal, literal).map(([a, b]) => `(${a}, ${b})`),
      ),
    ),
  )
  .map(([level, key, [operator, value]]) => `${level}${key}${operator}${value}`)
const builtIn = fc.constantFrom(
  'service=shop',
  'service!=(shop, web)',
  'service:SHO',
  'service:*',
  'severity>=warn',
  'severity<info',
  'severity=(error, fatal)',
  'severity!=unspecified',
  'severity:*',
  'body:REFUSED',
  'body=a',
  'body!:a',
  'refused',
  '"all good"',
  'event.name=ev',
  'event.name:*',
  'trace:*',
  'trace=1',
  'trace!=7',
  'scope.name=lib',
  'scope.name!:*',
)
const query = fc.letrec<{ expr: string }>((tie) => ({
  expr: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.oneof(attribute, builtIn),
    fc.tuple(tie('expr'), tie('expr')).map(([a, b]) => `(${a} AND ${b})`),
    fc.tuple(tie('expr'), tie('expr')).map(([a, b]) => `(${a} OR ${b})`),
    tie('expr').map((a) => `NOT ${a}`),
  ),
})).expr

test('stored and live records are matched alike', { timeout: 120_000 }, async () => {
  const live = batches.flatMap((batch) => liveLogs(batch, 0n, 0))
  expect(live).toHaveLength(RECORDS)
  await fc.assert(
    fc.asyncProperty(query, async (q) => {
      const { logs } = await server.ask(searchLogs, { ...RANGE, q, sort: 'oldest', limit: 1000 })
      const expected = live.filter(logMatcher(q)).map((record) => record.timeNanos)
      expect(logs.map((record) => record.timeNanos)).toEqual(expected)
    }),
    { numRuns: 80 },
  )
})
