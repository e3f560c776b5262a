import { encode } from '@clew/otlp/encode'
import { type ClickHouseDouble, startClickHouseDouble } from '@clew/testkit/clickhouse-http'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type ClewProcess, eventually, newDataDir, removeDataDirs, startClew } from './clew-process.ts'

/*
 * Two nodes of Clew on one cluster of two shards (in front of the embedded engine; packages/testkit/src/clickhouse-http-cluster.ts says what
 * of it is real). They share nothing but ClickHouse.
 */
const SPANS_PER_TRACE = 5
let double: ClickHouseDouble
/** Each test, and each new try of one, has a database of its own. */
let database: string
let store: string
let databases = 0
const running: ClewProcess[] = []

beforeAll(async () => {
  double = await startClickHouseDouble({ cluster: 'two' })
})
beforeEach(() => {
  database = `shared_${++databases}`
  store = `${double.url}/${database}?cluster=two`
})
afterEach(async () => {
  await Promise.all(running.splice(0).map((node) => node.stop('SIGKILL')))
})
afterAll(async () => {
  await double.close()
  removeDataDirs()
})

async function startNode(dataDir = newDataDir()): Promise<ClewProcess> {
  const node = await startClew(dataDir, ['--store', store])
  running.push(node)
  return node
}

/** Asks the cluster itself. */
async function rows<Row>(query: string): Promise<Row[]> {
  const url = new URL(double.url.replace('clickhouse:', 'http:'))
  const headers = {
    authorization: `Basic ${Buffer.from(`${url.username}:${decodeURIComponent(url.password)}`).toString('base64')}`,
  }
  const response = await fetch(`http://${url.host}/?database=${database}`, {
    method: 'POST',
    headers,
    body: `${query} FORMAT JSONEachRow`,
  })
  const text = await response.text()
  expect(response.status, text).toBe(200)
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)
}

let sequence = 0

/** Sends traces to a node until it breaks or `count` were acknowledged. Gives the ids that were. */
async function load(node: ClewProcess, count: number, onAcknowledged: (total: number) => void): Promise<string[]> {
  const acknowledged: string[] = []
  const sender = async (): Promise<void> => {
    while (acknowledged.length < count) {
      const number = ++sequence
      const traceId = `c1e3${number.toString(16).padStart(28, '0')}`
      const nowNanos = BigInt(Date.now()) * 1_000_000n
      const spans = Array.from({ length: SPANS_PER_TRACE }, (_, i) => ({
        traceId,
        spanId: (number * SPANS_PER_TRACE + i + 1).toString(16).padStart(16, '0'),
        name: `step ${i}`,
        startTimeUnixNano: nowNanos - 1_000_000n,
        endTimeUnixNano: nowNanos,
      }))
      const resource = { attributes: [{ key: 'service.name', value: { stringValue: `service-${number % 3}` } }] }
      const body = encode('traces', { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] })
      try {
        const response = await fetch(`${node.otlpHttp}/v1/traces`, {
          method: 'POST',
          body,
          headers: { 'content-type': 'application/x-protobuf' },
        })
        await response.arrayBuffer()
        if (response.ok) acknowledged.push(traceId)
      } catch {
        return
      }
      onAcknowledged(acknowledged.length)
    }
  }
  await Promise.all(Array.from({ length: 4 }, sender))
  return acknowledged
}

async function nothingWaits(node: ClewProcess): Promise<void> {
  await eventually(async () => {
    const { store: state } = (await (await fetch(`${node.ui}/api/pipeline`)).json()) as {
      store: { queuedBytes: number; segmentsWaiting: number }
    }
    return state.queuedBytes === 0 && state.segmentsWaiting === 0 ? true : undefined
  })
}

/** Spans in the store as the node says, counted after this moment. */
async function spansCountedAfter(node: ClewProcess, momentMs: number): Promise<number> {
  return eventually(async () => {
    const { store: state } = (await (await fetch(`${node.ui}/api/pipeline`)).json()) as {
      store: { rows: { traces: number }; countedNanos: string | null }
    }
    return Number(state.countedNanos) / 1e6 >= momentMs ? state.rows.traces : undefined
  })
}

interface Totals {
  readonly spans: string
  readonly distinct: string
  readonly summed: string
  readonly counted: string
}

test('two nodes begin at once, one is killed under load and comes back: no row is lost, none is there twice', async () => {
  // Both find an empty database: one makes the tables, the other waits for it.
  const [first, second] = await Promise.all([startNode(), startNode()])
  expect(await rows('SELECT Version, count() AS n FROM schema_version GROUP BY Version')).toHaveLength(1)

  const loads = Promise.all([
    load(first, 1_000_000, (total) => {
      if (total === 150) first.process.child.kill('SIGKILL')
    }),
    load(second, 400, () => undefined),
  ])
  await first.process.finished
  const acknowledged = (await loads).flat()
  expect(acknowledged.length).toBeGreaterThanOrEqual(550)

  // What the killed node had acknowledged and not stored is in its directory: it stores it when it comes back.
  const back = await startNode(first.dataDir)
  await Promise.all([nothingWaits(back), nothingWaits(second)])
  const storedMs = Date.now()
  const [totals] = await rows<Totals>(
    `SELECT toString(count()) AS spans, toString(uniqExact(SpanId)) AS distinct,
      toString((SELECT sum(SpanCount) FROM trace_summaries)) AS summed, toString((SELECT sum(Spans) FROM operation_stats)) AS counted FROM spans`,
  )
  expect(totals).toEqual({
    spans: totals!.spans,
    distinct: totals!.spans,
    summed: totals!.spans,
    counted: totals!.spans,
  })
  const found = await rows<{ id: string; n: string }>(
    'SELECT lower(hex(TraceId)) AS id, toString(count()) AS n FROM spans GROUP BY TraceId',
  )
  const counts = new Map(found.map((row) => [row.id, Number(row.n)]))
  expect(acknowledged.filter((id) => counts.get(id) !== SPANS_PER_TRACE)).toEqual([])

  // Both shards have their part, and each node answers for all of it, whoever took it.
  expect(await rows('SELECT _shard_num AS shard FROM spans GROUP BY shard ORDER BY shard')).toHaveLength(2)
  for (const node of [back, second]) {
    for (const traceId of [acknowledged[0]!, acknowledged.at(-1)!]) {
      const response = await fetch(`${node.ui}/api/traces/${traceId}`)
      expect(((await response.json()) as { spanCount: number }).spanCount).toBe(SPANS_PER_TRACE)
    }
    const services = (await (await fetch(`${node.ui}/api/services`)).json()) as { services: { name: string }[] }
    expect(services.services.map(({ name }) => name).sort()).toEqual(['service-0', 'service-1', 'service-2'])
    expect(await spansCountedAfter(node, storedMs)).toBe(Number(totals!.spans))
  }
}, 180_000)

test('a database of one server is not taken for one of a cluster, nor the other way round', async () => {
  const ofCluster = await startNode()
  await ofCluster.stop()
  await expect(startClew(newDataDir(), ['--store', `${double.url}/${database}`])).rejects.toThrow(/add \?cluster=NAME/)
  await expect(startClew(newDataDir(), ['--store', `${double.url}/x?cluster=three`])).rejects.toThrow(
    /its clusters are two/,
  )
  const alone = await startClew(newDataDir(), ['--store', `${double.url}/${database}_alone`])
  running.push(alone)
  await alone.stop()
  await expect(startClew(newDataDir(), ['--store', `${double.url}/${database}_alone?cluster=two`])).rejects.toThrow(
    /single server/,
  )
}, 120_000)
