import { encodeBatch } from '@clew/otlp/encode'
import type { Span } from '@clew/otlp/model'
import { generateTelemetry } from '@clew/testkit/telemetry-generator'
import { describe, expect, test } from 'vitest'
import { fixedParameter, sql } from '../sql/sql.ts'
import { MINUTE, NOW, type StoreTarget, suiteStore, traces } from './suite-store.ts'

/** What must hold for every kind of database behind the store. */
export function storeSuite(name: string, openTarget: () => Promise<StoreTarget>): void {
  describe(name, () => {
    const suite = suiteStore(openTarget)

    test('realistic telemetry: every span once, in spans, summaries, statistics and catalogue', async () => {
      const telemetry = generateTelemetry({ seed: 7, traces: 120, endNanos: NOW, tracesPerBatch: 10 })
      const spans = telemetry.traces.flat()
      await Promise.all(
        [...telemetry.traceBatches, ...telemetry.logBatches].map((batch) => suite.store.consumer.consume(batch, {})),
      )
      await suite.put(telemetry.metricBatch)
      expect(await suite.count('spans')).toBe(spans.length)
      expect(await suite.count('logs')).toBe(telemetry.logBatches.reduce((sum, batch) => sum + batch.itemCount, 0))
      const summaries = await suite.store.query<{ traces: string; spans: string }>(
        sql`SELECT count() AS traces, sum(n) AS spans FROM (SELECT TraceId, sum(SpanCount) AS n FROM trace_summaries GROUP BY TraceId)`,
      )
      expect(summaries.rows).toEqual([{ traces: '120', spans: String(spans.length) }])
      const stats = await suite.store.query<{ n: string; buckets: number }>(
        sql`SELECT sum(Spans) AS n, arraySum((sumMap(DurationBuckets)).2) AS buckets FROM operation_stats`,
      )
      expect(stats.rows).toEqual([{ n: String(spans.length), buckets: spans.length }])
      const dangling = await suite.store.query(
        sql`SELECT count() AS n FROM spans WHERE ResourceId NOT IN (SELECT ResourceId FROM resources) OR ScopeId NOT IN (SELECT ScopeId FROM scopes)`,
      )
      expect(dangling.rows).toEqual([{ n: '0' }])
      const keys = await suite.store.query<{ Signal: string; Level: string }>(
        sql`SELECT DISTINCT Signal, Level FROM attribute_keys`,
      )
      expect(new Set(keys.rows.map((row) => `${row.Signal} ${row.Level}`))).toEqual(
        new Set([
          'traces resource',
          'traces span',
          'traces event',
          'traces link',
          'logs resource',
          'logs log',
          'metrics resource',
          'metrics point',
        ]),
      )
    })

    test('a trace by id is found however long it lasts and however late its spans come', async () => {
      const traceId = 'abcdefabcdefabcdefabcdefabcdefab'
      const at = (offset: bigint, spanId: string, parentSpanId?: string): Span => ({
        traceId,
        spanId,
        ...(parentSpanId === undefined ? {} : { parentSpanId }),
        name: `span ${spanId}`,
        startTimeUnixNano: NOW + offset,
        endTimeUnixNano: NOW + offset + 10n,
      })
      await suite.put(traces([at(0n, '0000000000000002', '0000000000000001')]))
      await suite.put(traces([at(-3000n * MINUTE, '0000000000000001')]))
      await suite.put(traces([at(2000n * MINUTE, '0000000000000003', '0000000000000001')]))
      const id = fixedParameter(Buffer.from(traceId, 'hex'), 16)
      const summary = await suite.store.query<{ low: string; high: string }>(
        sql`SELECT min(MinStartNanos) AS low, max(MaxEndNanos) AS high FROM trace_summaries WHERE TraceId = ${id}`,
      )
      expect(summary.rows).toEqual([{ low: String(NOW - 3000n * MINUTE), high: String(NOW + 2000n * MINUTE + 10n) }])
      const { rows } = await suite.store.query<{ n: string }>(
        sql`SELECT count() AS n FROM spans WHERE TraceId = ${id} AND StartNanos >= ${BigInt(summary.rows.at(0)!.low)} AND StartNanos <= ${BigInt(summary.rows.at(0)!.high)}`,
      )
      expect(rows).toEqual([{ n: '3' }])
    })

    test('service edges: calls, messages, databases and silent peers, computed once', async () => {
      const start = NOW - 10n * MINUTE
      let next = 0
      const part = (service: string, span: Span) => ({
        resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
        scopeSpans: [
          {
            spans: [
              {
                traceId: '0af7651916cd43dd8448eb211c80319c',
                startTimeUnixNano: start + BigInt(next++),
                endTimeUnixNano: start + 1_000_000n,
                ...span,
              },
            ],
          },
        ],
      })
      const text = (key: string, value: string) => ({ key, value: { stringValue: value } })
      const batch = encodeBatch('traces', {
        resourceSpans: [
          part('web', { spanId: '0000000000000001', kind: 3, traceState: 'ot=th:8' }),
          part('orders', {
            spanId: '0000000000000002',
            parentSpanId: '0000000000000001',
            kind: 2,
            status: { code: 2 },
            traceState: 'ot=th:8',
          }),
          part('orders', {
            spanId: '0000000000000003',
            parentSpanId: '0000000000000002',
            kind: 3,
            attributes: [text('db.system.name', 'postgresql'), text('db.namespace', 'shop')],
          }),
          part('orders', {
            spanId: '0000000000000004',
            parentSpanId: '0000000000000002',
            kind: 4,
            attributes: [text('messaging.destination.name', 'shipping')],
          }),
          part('worker', {
            spanId: '0000000000000005',
            traceId: '11111111111111111111111111111111',
            kind: 5,
            links: [{ traceId: '0af7651916cd43dd8448eb211c80319c', spanId: '0000000000000004' }],
          }),
          part('worker', {
            spanId: '0000000000000006',
            kind: 3,
            attributes: [text('server.address', 'api.example.com')],
          }),
        ],
      })
      await suite.put(batch)
      await suite.store.updateEdges()
      await suite.store.updateEdges()
      const { rows } = await suite.store.query(
        sql`SELECT Caller, Callee, Connection, sum(Calls) AS calls, sum(Errors) AS errors, sum(AdjustedCalls) AS adjusted FROM service_edges GROUP BY ALL ORDER BY Connection, Caller`,
      )
      expect(rows).toEqual([
        { Caller: 'orders', Callee: 'postgresql/shop', Connection: 'database', calls: '1', errors: '0', adjusted: 1 },
        { Caller: 'orders', Callee: 'worker', Connection: 'messaging', calls: '1', errors: '0', adjusted: 1 },
        { Caller: 'worker', Callee: 'api.example.com', Connection: 'peer', calls: '1', errors: '0', adjusted: 1 },
        { Caller: 'web', Callee: 'orders', Connection: 'rpc', calls: '1', errors: '1', adjusted: 2 },
      ])
    })

    test('a time range reads its own minutes only', async () => {
      for (let part = 0; part < 4; part++) {
        const spans = Array.from({ length: 10_000 }, (_, i) => ({
          traceId: ((i * 7919) % 10_007).toString(16).padStart(32, 'a'),
          spanId: (part * 10_000 + i + 1).toString(16).padStart(16, '0'),
          startTimeUnixNano: NOW - (BigInt(part * 10_000 + i) * MINUTE) / 100n,
        }))
        await suite.store.consumer.consume(traces(spans), {})
      }
      await suite.store.flush()
      const from = NOW - 200n * MINUTE
      const { rows, statistics } = await suite.store.query<{ n: string }>(
        sql`SELECT count() AS n FROM spans WHERE StartNanos > ${from} AND StartNanos <= ${from + 2n * MINUTE} AND Name = ''`,
      )
      expect(rows).toEqual([{ n: '200' }])
      expect(statistics.rowsRead).toBeLessThan(20_000)
    })

    test('absurd times make no more than three partitions and stay as they were sent', async () => {
      const nanos = [1n, 86_400_000_000_000n * 30n, NOW, 18446744073709551615n, NOW - 400n * 24n * 60n * MINUTE]
      await suite.put(
        traces(
          nanos.map((start, i) => ({
            traceId: '0af7651916cd43dd8448eb211c80319c',
            spanId: `000000000000000${i + 1}`,
            startTimeUnixNano: start,
          })),
        ),
      )
      const days = await suite.store.query<{ n: string }>(sql`SELECT uniqExact(Day) AS n FROM spans`)
      expect(Number(days.rows[0]?.n)).toBeLessThanOrEqual(3)
      const { rows } = await suite.store.query<{ s: string }>(sql`SELECT StartNanos AS s FROM spans ORDER BY SpanId`)
      expect(rows.map((row) => BigInt(row.s))).toEqual(nanos)
    })

    test('a query can be cancelled and limited', async () => {
      const abort = new AbortController()
      const endless = suite.store.query(sql`SELECT count() FROM numbers(900000000000) WHERE number % 7 = 3`, {
        abort: abort.signal,
      })
      setTimeout(() => abort.abort(), 50)
      await expect(endless).rejects.toMatchObject({ code: 'QUERY_CANCELLED' })
      await expect(
        suite.store.query(sql`SELECT count() FROM numbers(900000000000) WHERE number % 7 = 3`, { maxExecutionMs: 100 }),
      ).rejects.toMatchObject({ code: 'QUERY_TIMEOUT' })
      const partial = await suite.store.query(
        sql`SELECT count() AS n FROM numbers(900000000000) WHERE number % 7 = 3`,
        {
          maxExecutionMs: 100,
          onLimit: 'break',
        },
      )
      expect(partial.complete).toBe(false)
      expect((await suite.store.query(sql`SELECT 1 AS one`)).complete).toBe(true)
      await expect(
        suite.store.query(sql`SELECT match(toString(number), ${'('}) FROM numbers(2)`),
      ).rejects.toMatchObject({
        code: 'QUERY_REGEXP',
      })
    })

    test('queries with different parameters run side by side without mixing them up', async () => {
      const results = await Promise.all(
        Array.from({ length: 30 }, (_, i) =>
          suite.store.query<{ v: string; n: string }>(
            sql`SELECT ${`text ${i}`} AS v, ${i} AS n FROM numbers(1) WHERE sleepEachRow(0.005) = 0`,
          ),
        ),
      )
      expect(results.map((result) => result.rows[0])).toEqual(results.map((_, i) => ({ v: `text ${i}`, n: String(i) })))
    })
  })
}
