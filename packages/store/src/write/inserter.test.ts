import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeBatch } from '@clew/otlp/encode'
import { startClickHouseDouble } from '@clew/testkit/clickhouse-http'
import { expect, test } from 'vitest'
import { sql } from '../sql/sql.ts'
import { openStore } from '../store.ts'

const batch = encodeBatch('traces', {
  resourceSpans: [
    {
      scopeSpans: [
        {
          spans: [
            {
              traceId: '0af7651916cd43dd8448eb211c80319c',
              spanId: 'b7ad6b7169203331',
              startTimeUnixNano: BigInt(Date.now()) * 1_000_000n,
            },
          ],
        },
      ],
    },
  ],
})

test('an engine that fails is tried again until it takes the data; meanwhile the trouble can be seen', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'clew-inserter-'))
  const double = await startClickHouseDouble()
  try {
    const store = await openStore({ dataDirectory: directory, url: `${double.url}/retried`, retentionDays: 7 })
    double.failInserts(4, 243, 'Cannot reserve 1 GiB: no space left on device')
    await store.consumer.consume(batch, {})
    await expect.poll(() => store.status().troubles[0]?.message, { interval: 5 }).toContain('no space left')
    expect(store.status().troubles).toMatchObject([{ kind: 'insert', refusing: false }])
    expect(Date.now() - store.status().troubles[0]!.sinceMillis).toBeGreaterThanOrEqual(0)
    expect(store.status().segmentsWaiting).toBe(1)
    expect(store.status().queuedBytes).toBeGreaterThan(0)
    await store.flush()
    expect(store.status()).toMatchObject({ segmentsWaiting: 0, queuedBytes: 0, segmentsSetAside: 0 })
    expect(store.status().troubles).toEqual([])
    expect((await store.query(sql`SELECT count() AS n FROM spans`)).rows).toEqual([{ n: '1' }])

    // Bytes the engine can never take do not stop everything behind them.
    double.failInserts(100, 33, 'Cannot read all data')
    await store.consumer.consume(batch, {})
    await expect.poll(() => store.status().segmentsSetAside, { interval: 20, timeout: 10_000 }).toBe(1)
    double.failInserts(0, 0, '')
    await store.consumer.consume(batch, {})
    await store.flush()
    expect((await store.query(sql`SELECT count() AS n FROM spans`)).rows).toEqual([{ n: '2' }])
    await store.close()
  } finally {
    await double.close()
    await rm(directory, { recursive: true, force: true })
  }
})
