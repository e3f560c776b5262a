import { encodeBatch } from '@clew/otlp/encode'
import type { AnyValue, LogRecord, Span } from '@clew/otlp/model'
import { arbitraryLogRecord, arbitraryRequest, arbitrarySpan } from '@clew/testkit/arbitrary-otlp'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sql } from '../sql/sql.ts'
import { normal, readLogs, readSpans } from './read-back.ts'
import { logs, MINUTE, NOW, type StoreTarget, suiteStore, traces } from './suite-store.ts'

const VALUES: readonly AnyValue[] = [
  { stringValue: '' },
  { stringValue: 'plain' },
  { stringValue: '\u0001looks tagged' },
  { stringValue: "quote ' back \\ zero \0 ü 漢 \u{1f600}" },
  { intValue: 0n },
  { intValue: 9223372036854775807n },
  { intValue: -9223372036854775808n },
  { intValue: -1n },
  { doubleValue: 0 },
  { doubleValue: -0 },
  { doubleValue: 5 },
  { doubleValue: 0.1 },
  { doubleValue: Number.NaN },
  { doubleValue: -Infinity },
  { doubleValue: 5e-324 },
  { boolValue: true },
  { boolValue: false },
  { bytesValue: new Uint8Array([0, 255, 128, 34, 92]) },
  { bytesValue: new Uint8Array([]) },
  { arrayValue: { values: [{ intValue: 1n }, { doubleValue: 1 }, { stringValue: '1' }, {}, { boolValue: true }] } },
  { arrayValue: { values: [] } },
  {
    kvlistValue: {
      values: [
        { key: 'a', value: { bytesValue: new Uint8Array([1]) } },
        { key: 'nested', value: { kvlistValue: { values: [{ key: '$x', value: { doubleValue: Number.NaN } }] } } },
        { key: 'same', value: { intValue: 1n } },
        { key: 'same', value: { intValue: 2n } },
      ],
    },
  },
  {},
]

const ATTRIBUTES = VALUES.map((value, i) => ({ key: `k${String(i).padStart(2, '0')}`, value }))

/** What is stored comes back as it was sent, for every kind of database. */
export function roundTripSuite(name: string, openTarget: () => Promise<StoreTarget>): void {
  describe(name, () => {
    const suite = suiteStore(openTarget)

    test('spans come back exactly as they were sent, all value types on all levels', async () => {
      const span: Span = {
        traceId: '0af7651916cd43dd8448eb211c80319c',
        spanId: 'b7ad6b7169203331',
        parentSpanId: '00f067aa0ba902b7',
        traceState: 'ot=th:8,rojo=00f067aa0ba902b7',
        flags: 0x101,
        name: 'GET /käse',
        kind: 2,
        startTimeUnixNano: NOW + 123n,
        endTimeUnixNano: NOW + 1_000_000_456n,
        attributes: [
          ...ATTRIBUTES,
          { key: 'http.request.method', value: { stringValue: 'GET' } },
          { key: 'http.response.status_code', value: { intValue: 200n } },
          // Promoted keys with another type, the zero value, and twice.
          { key: 'server.port', value: { stringValue: '8080' } },
          { key: 'http.route', value: { stringValue: '' } },
          { key: 'user.id', value: { intValue: 7n } },
          { key: 'error.type', value: { stringValue: 'first' } },
          { key: 'error.type', value: { stringValue: 'second' } },
        ],
        droppedAttributesCount: 3,
        events: [
          { timeUnixNano: NOW + 200n, name: 'exception', attributes: ATTRIBUTES, droppedAttributesCount: 1 },
          { name: 'bare' },
        ],
        droppedEventsCount: 4,
        links: [
          {
            traceId: '11111111111111111111111111111111',
            spanId: '2222222222222222',
            traceState: 'a=b',
            attributes: ATTRIBUTES,
            droppedAttributesCount: 2,
            flags: 1,
          },
          { traceId: '33333333333333333333333333333333', spanId: '4444444444444444' },
        ],
        droppedLinksCount: 5,
        status: { message: 'it broke', code: 2 },
      }
      const bare: Span = {
        traceId: '55555555555555555555555555555555',
        spanId: '6666666666666666',
        startTimeUnixNano: NOW + 500n,
      }
      const backwards: Span = {
        ...bare,
        spanId: '7777777777777777',
        startTimeUnixNano: NOW + 900n,
        endTimeUnixNano: NOW,
      }
      await suite.put(traces([span, bare, backwards]))
      expect(await readSpans(suite.store)).toHaveLength(3)
      expect((await readSpans(suite.store)).map(normal)).toEqual([span, bare, backwards].map(normal))
      const { rows } = await suite.store.query<{ n: number }>(
        sql`SELECT AdjustedCount AS n FROM spans WHERE Name = ${'GET /käse'}`,
      )
      expect(rows).toEqual([{ n: 2 }])
    })

    test('log records come back exactly, structured bodies too', async () => {
      const records: LogRecord[] = VALUES.map((body, i) => ({
        timeUnixNano: NOW + BigInt(i),
        observedTimeUnixNano: NOW + 1000n + BigInt(i),
        severityNumber: (i % 24) + 1,
        severityText: 'Warn',
        body,
        attributes: ATTRIBUTES,
        traceId: '0af7651916cd43dd8448eb211c80319c',
        spanId: 'b7ad6b7169203331',
        flags: 1,
        droppedAttributesCount: i,
        eventName: 'order.placed',
      }))
      records.push({ observedTimeUnixNano: NOW + 5n }, { timeUnixNano: NOW + 6n, body: { stringValue: 'only text' } })
      await suite.put(logs(records))
      expect((await readLogs(suite.store)).map(normal)).toEqual(records.map(normal))
      const { rows } = await suite.store.query<{ at: string }>(sql`SELECT AtNanos AS at FROM logs WHERE BodyType = 8`)
      expect(rows).toEqual([{ at: String(NOW + 5n) }])
    })

    test('all five metric types, exact integers, exemplars, and series with attributes in any order', async () => {
      const head = { startTimeUnixNano: NOW - MINUTE, timeUnixNano: NOW }
      const a = { key: 'a', value: { stringValue: '1' } }
      const b = { key: 'b', value: { intValue: 2n } }
      const batch = encodeBatch('metrics', {
        resourceMetrics: [
          {
            resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
            scopeMetrics: [
              {
                metrics: [
                  {
                    name: 'g',
                    unit: 'By',
                    description: 'a gauge',
                    gauge: { dataPoints: [{ ...head, asInt: 9007199254740993n, attributes: [a, b] }] },
                  },
                  {
                    name: 's',
                    sum: {
                      aggregationTemporality: 2,
                      isMonotonic: true,
                      dataPoints: [
                        {
                          ...head,
                          asDouble: 0.5,
                          attributes: [a, b],
                          exemplars: [
                            {
                              timeUnixNano: NOW,
                              asInt: -3n,
                              spanId: 'b7ad6b7169203331',
                              traceId: '0af7651916cd43dd8448eb211c80319c',
                              filteredAttributes: [a],
                            },
                          ],
                        },
                        { ...head, timeUnixNano: NOW + 1n, asDouble: 1.5, attributes: [b, a] },
                        { ...head, flags: 1 },
                      ],
                    },
                  },
                  {
                    name: 'h',
                    histogram: {
                      aggregationTemporality: 1,
                      dataPoints: [
                        { ...head, count: 6n, sum: 12.5, min: 0.5, bucketCounts: [1n, 2n, 3n], explicitBounds: [1, 2] },
                      ],
                    },
                  },
                  {
                    name: 'e',
                    exponentialHistogram: {
                      aggregationTemporality: 1,
                      dataPoints: [
                        {
                          ...head,
                          count: 18446744073709551615n,
                          scale: -3,
                          zeroCount: 2n,
                          zeroThreshold: 0.001,
                          positive: { offset: -7, bucketCounts: [1n, 18446744073709551615n] },
                          negative: { offset: 4, bucketCounts: [] },
                        },
                      ],
                    },
                  },
                  {
                    name: 'q',
                    summary: {
                      dataPoints: [
                        {
                          ...head,
                          count: 3n,
                          sum: 6,
                          quantileValues: [
                            { quantile: 0.5, value: 2 },
                            { quantile: 0.99, value: 3 },
                          ],
                        },
                      ],
                    },
                  },
                ],
              },
            ],
          },
        ],
      })
      expect(batch.pointCount).toBe(7)
      await suite.put(batch)
      const gauge = await suite.store.query(
        sql`SELECT Name, IntValue, ValueType, AtNanos, StartNanos FROM metric_gauge`,
      )
      expect(gauge.rows).toEqual([
        {
          Name: 'g',
          IntValue: '9007199254740993',
          ValueType: 2,
          AtNanos: String(NOW),
          StartNanos: String(NOW - MINUTE),
        },
      ])
      const sums = await suite.store.query(
        sql`SELECT Value, ValueType, Flags, ExemplarInt, arrayMap(x -> hex(x), ExemplarSpanId) AS spans, ExemplarAttributes FROM metric_sum ORDER BY Flags, AtNanos`,
      )
      expect(sums.rows).toEqual([
        {
          Value: 0.5,
          ValueType: 1,
          Flags: 0,
          ExemplarInt: ['-3'],
          spans: ['B7AD6B7169203331'],
          ExemplarAttributes: [[['a', '1']]],
        },
        { Value: 1.5, ValueType: 1, Flags: 0, ExemplarInt: [], spans: [], ExemplarAttributes: [] },
        { Value: 0, ValueType: 0, Flags: 1, ExemplarInt: [], spans: [], ExemplarAttributes: [] },
      ])
      const histogram = await suite.store.query(
        sql`SELECT Count, Sum, Min, Max, BucketCounts, Bounds FROM metric_histogram`,
      )
      expect(histogram.rows).toEqual([
        { Count: '6', Sum: 12.5, Min: 0.5, Max: null, BucketCounts: ['1', '2', '3'], Bounds: [1, 2] },
      ])
      const exp = await suite.store.query(
        sql`SELECT Count, Sum, Scale, ZeroCount, ZeroThreshold, PositiveOffset, PositiveCounts, NegativeOffset, NegativeCounts FROM metric_exp_histogram`,
      )
      expect(exp.rows).toEqual([
        {
          Count: '18446744073709551615',
          Sum: null,
          Scale: -3,
          ZeroCount: '2',
          ZeroThreshold: 0.001,
          PositiveOffset: -7,
          PositiveCounts: ['1', '18446744073709551615'],
          NegativeOffset: 4,
          NegativeCounts: [],
        },
      ])
      const summary = await suite.store.query(sql`SELECT Count, Sum, Quantiles, QuantileValues FROM metric_summary`)
      expect(summary.rows).toEqual([{ Count: '3', Sum: 6, Quantiles: [0.5, 0.99], QuantileValues: [2, 3] }])
      const series = await suite.store.query(
        sql`SELECT Name, Type, Unit, Description, Temporality, Monotonic, Service, uniqExact(SeriesId) AS n FROM metric_series GROUP BY ALL ORDER BY Type`,
      )
      expect(series.rows).toEqual([
        {
          Name: 'g',
          Type: 1,
          Unit: 'By',
          Description: 'a gauge',
          Temporality: 0,
          Monotonic: 0,
          Service: 'shop',
          n: '1',
        },
        { Name: 's', Type: 2, Unit: '', Description: '', Temporality: 2, Monotonic: 1, Service: 'shop', n: '2' },
        { Name: 'h', Type: 3, Unit: '', Description: '', Temporality: 1, Monotonic: 0, Service: 'shop', n: '1' },
        { Name: 'e', Type: 4, Unit: '', Description: '', Temporality: 1, Monotonic: 0, Service: 'shop', n: '1' },
        { Name: 'q', Type: 5, Unit: '', Description: '', Temporality: 0, Monotonic: 0, Service: 'shop', n: '1' },
      ])
    })

    test('arbitrary spans and log records come back as they were sent', async () => {
      const id = (i: number): string => (i + 1).toString(16).padStart(16, '0')
      const small = (value: number | undefined): number => Math.abs(value ?? 0) % 25
      const spans = fc.sample(arbitrarySpan, { numRuns: 300, seed: 42 }).map((span, i) => ({
        ...span,
        spanId: id(i),
        kind: small(span.kind),
        status: { ...span.status, code: small(span.status?.code) },
      }))
      const records = fc
        .sample(arbitraryLogRecord, { numRuns: 300, seed: 42 })
        .map((record, i) => ({ ...record, spanId: id(i), severityNumber: small(record.severityNumber) }))
      await suite.put(traces(spans))
      await suite.put(logs(records))
      const stored = new Map((await readSpans(suite.store)).map((span) => [span.spanId, normal(span)]))
      for (const span of spans) expect(stored.get(span.spanId)).toEqual(normal(span))
      expect((await readLogs(suite.store)).map(normal)).toEqual(records.map(normal))
    })

    test('arbitrary requests of every signal are stored item by item', async () => {
      let spans = 0
      let records = 0
      let points = 0
      const stored: Promise<unknown>[] = []
      for (const request of fc.sample(arbitraryRequest.traces, { numRuns: 60, seed: 1 })) {
        const batch = encodeBatch('traces', request)
        spans += batch.pointCount
        stored.push(suite.store.consumer.consume(batch, {}))
      }
      for (const request of fc.sample(arbitraryRequest.logs, { numRuns: 60, seed: 1 })) {
        const batch = encodeBatch('logs', request)
        records += batch.pointCount
        stored.push(suite.store.consumer.consume(batch, {}))
      }
      for (const request of fc.sample(arbitraryRequest.metrics, { numRuns: 60, seed: 1 })) {
        const batch = encodeBatch('metrics', request)
        points += batch.pointCount
        stored.push(suite.store.consumer.consume(batch, {}))
      }
      await Promise.all(stored)
      await suite.store.flush()
      expect(await suite.count('spans')).toBe(spans)
      expect(await suite.count('logs')).toBe(records)
      const tables = ['metric_gauge', 'metric_sum', 'metric_histogram', 'metric_exp_histogram', 'metric_summary']
      const counts = await Promise.all(tables.map((table) => suite.count(table)))
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(points)
      expect(suite.store.status()).toMatchObject({ segmentsSetAside: 0, queuedBytes: 0 })
    })
  })
}
