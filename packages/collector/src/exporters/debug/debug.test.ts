import { encodeBatch } from '@clew/otlp/encode'
import { FakeClock } from '@clew/testkit/fake-clock'
import { expect, test } from 'vitest'
import { checkSchema } from '../../config/check-schema.ts'
import { parseYaml } from '../../config/parse-yaml.ts'
import { contextFor } from '../../testdata/context.ts'
import { logsBatch, pointsBatch, spansBatch } from '../../testdata/telemetry.ts'
import { debugSchema } from './config.ts'
import { DebugExporter } from './debug.ts'

function rig(yaml: string): { debug: DebugExporter; lines: string[]; clock: FakeClock } {
  const { value, errors } = checkSchema(debugSchema, parseYaml(yaml, 'c'), [])
  if (value === undefined) throw errors[0] ?? new Error('no value')
  const lines: string[] = []
  const clock = new FakeClock()
  const { context } = contextFor('exporter/debug', { clock, print: (text) => lines.push(...text.split('\n')) })
  return { debug: new DebugExporter(value, context), lines, clock }
}

test('basic prints counts', async () => {
  const { debug, lines } = rig('{}')
  await debug.consume(spansBatch(3))
  await debug.consume(logsBatch(2))
  await debug.consume(pointsBatch(4))
  expect(lines).toEqual([
    'Traces {"resource spans": 1, "spans": 3}',
    'Logs {"resource logs": 1, "log records": 2}',
    'Metrics {"resource metrics": 1, "metrics": 1, "data points": 4}',
  ])
})

test('normal prints a line for each item', async () => {
  const { debug, lines } = rig('{verbosity: normal}')
  await debug.consume(spansBatch(1))
  await debug.consume(logsBatch(1))
  await debug.consume(pointsBatch(2))
  expect(lines.slice(1, 3)).toEqual([
    'Resource #0 service.name=shop',
    `GET /item/0 ${'1'.padStart(32, '0')} ${'1'.padStart(16, '0')} http.route=/item/:id index=0`,
  ])
  expect(lines).toContain('line 0 index=0')
  expect(lines.slice(-2)).toEqual(['queue.length{index=0} 0', 'queue.length{index=1} 0.5'])
})

test('detailed prints every field', async () => {
  const { debug, lines } = rig('{verbosity: detailed}')
  const batch = encodeBatch('traces', {
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
        scopeSpans: [
          {
            scope: { name: 'lib', version: '1' },
            spans: [
              {
                traceId: 'ab'.repeat(16),
                name: 'GET',
                startTimeUnixNano: 1_700_000_000_123_456_789n,
                attributes: [
                  { key: 'n', value: { intValue: 5n } },
                  { key: 'l', value: { arrayValue: { values: [{ boolValue: true }, {}] } } },
                  { key: 'b', value: { bytesValue: Uint8Array.of(1, 2) } },
                ],
                events: [{ name: 'e' }],
                status: { code: 2, message: 'bad' },
              },
            ],
          },
        ],
      },
    ],
  })
  await debug.consume(batch)
  const text = lines.join('\n')
  expect(text).toContain('Resource spans #0')
  expect(text).toContain('-> service.name: Str(shop)')
  expect(text).toContain(`Trace id: ${'ab'.repeat(16)}`)
  expect(text).toContain('Start time unix nano: 2023-11-14T22:13:20.123456789Z')
  expect(text).toContain('-> n: Int(5)')
  expect(text).toContain('-> l: Slice([true,null])')
  expect(text).toContain('-> b: Bytes(AQI=)')
  expect(text).toContain('Message: bad')
})

test('each second the first ones are shown, then every so-manieth', async () => {
  const { debug, lines, clock } = rig('{sampling_initial: 2, sampling_thereafter: 3}')
  for (let i = 0; i < 11; i++) await debug.consume(spansBatch(1))
  expect(lines).toHaveLength(5)
  await clock.advance(1000)
  await debug.consume(spansBatch(1))
  expect(lines).toHaveLength(6)
  const none = rig('{sampling_initial: 1, sampling_thereafter: 0}')
  for (let i = 0; i < 10; i++) await none.debug.consume(spansBatch(1))
  expect(none.lines).toHaveLength(1)
})
