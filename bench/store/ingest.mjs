// Durable ingest in one process: OTLP bytes → checked batch → acknowledged after fsync → rows in the engine. Then what is
// stored is measured: bytes per span, trace by id, attribute search. No network; the load is made beforehand, its ids and times
// are patched per request on the same core.
//
// usage: node bench/store/ingest.mjs [seconds] [in flight] [chdb | clickhouse://…]
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { Batch } from '@clew/otlp/batch'
import { LoadGenerator } from '@clew/otlp/generate/load-generator'
import { fixedParameter, sql } from '@clew/store/sql/sql'
import { openStore } from '@clew/store/store'

const seconds = Number(process.argv[2] ?? 10)
const inFlight = Number(process.argv[3] ?? 32)
const url = process.argv[4] ?? 'chdb'
const directory = mkdtempSync(join(tmpdir(), 'clew-ingest-'))
const nowNanos = () => BigInt(Date.now()) * 1_000_000n

const opening = performance.now()
const store = await openStore({ dataDirectory: directory, url, retentionDays: 7 })
const openMs = performance.now() - opening
const generator = new LoadGenerator({ seed: 1, spansPerRequest: 500, templates: 64 })
const latenciesMs = []
let spans = 0
let bytes = 0
let refused = 0

// What making and checking the load costs, to be subtracted by the reader.
const makingStart = process.cpuUsage()
let made = 0
while (made < 200_000) {
  const request = generator.nextTraces(nowNanos())
  made += Batch.fromProtobuf('traces', request.bytes).itemCount
}
const making = process.cpuUsage(makingStart)
const makingMicros = (making.user + making.system) / made

const start = performance.now()
const cpuStart = process.cpuUsage()
const loopStart = performance.eventLoopUtilization()
async function sender() {
  while (performance.now() - start < seconds * 1000) {
    const request = generator.nextTraces(nowNanos())
    const batch = Batch.fromProtobuf('traces', request.bytes)
    const sent = performance.now()
    try {
      await store.consumer.consume(batch, {})
      latenciesMs.push(performance.now() - sent)
      spans += batch.itemCount
      bytes += batch.byteLength
    } catch {
      refused++
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
await Promise.all(Array.from({ length: inFlight }, sender))
const acknowledgedS = (performance.now() - start) / 1000
const loop = performance.eventLoopUtilization(loopStart)
await store.flush()
const storedS = (performance.now() - start) / 1000
const cpu = process.cpuUsage(cpuStart)
const one = async (statement) => (await store.query(statement)).rows[0]

const count = Number((await one(sql`SELECT count() AS n FROM spans`)).n)
if (count !== spans) throw new Error(`${spans} spans were acknowledged, ${count} are stored`)
const sizes = await one(
  sql`SELECT sumIf(bytes_on_disk, table = 'spans') / ${spans} AS spans, sum(bytes_on_disk) / ${spans} AS total, countIf(table = 'spans') AS parts FROM system.parts WHERE active AND database = currentDatabase()`,
)

async function timed(run, times = 20) {
  const all = []
  for (let i = 0; i < times; i++) {
    const begin = performance.now()
    await run()
    all.push(performance.now() - begin)
  }
  all.sort((a, b) => a - b)
  return all[Math.floor(all.length / 2)]
}

const some = (
  await store.query(
    sql`SELECT hex(TraceId) AS id, a_user_id AS user FROM spans WHERE a_user_id != '' ORDER BY cityHash64(TraceId) LIMIT 20`,
  )
).rows
let turn = 0
const traceById = await timed(async () => {
  const id = fixedParameter(Buffer.from(some[turn++ % some.length].id, 'hex'), 16)
  const bounds = await one(
    sql`SELECT min(MinStartNanos) AS low, max(MaxEndNanos) AS high FROM trace_summaries WHERE TraceId = ${id}`,
  )
  await store.query(
    sql`SELECT * FROM spans WHERE TraceId = ${id} AND StartNanos >= ${BigInt(bounds.low)} AND StartNanos <= ${BigInt(bounds.high)}`,
  )
})
const search = (condition) =>
  timed(() =>
    store.query(sql`SELECT hex(TraceId), StartNanos FROM spans WHERE ${condition} ORDER BY StartNanos DESC LIMIT 20`),
  )
const hotKey = await search(sql`a_user_id = ${some[0].user}`)
const anyKey = await search(sql`has(mapValues(Attributes), ${'x'}) AND Attributes['no.such.key'] = ${'x'}`)

latenciesMs.sort((a, b) => a - b)
const at = (q) => latenciesMs[Math.floor(latenciesMs.length * q)] ?? NaN
console.log(
  `${cpus().length} × ${cpus()[0].model}, Node ${process.version}, ${store.engine.kind} ${store.engine.version}`,
)
console.table({
  'open ms': Math.round(openMs),
  'bytes per span received': Math.round(bytes / spans),
  'spans/s acknowledged (durable)': Math.round(spans / acknowledgedS),
  'spans/s until all is searchable': Math.round(spans / storedS),
  'ack p50 ms': at(0.5)?.toFixed(1),
  'ack p99 ms': at(0.99)?.toFixed(1),
  'batches refused': refused,
  'CPU µs per span': ((cpu.user + cpu.system) / spans).toFixed(2),
  'of it making and checking the load': makingMicros.toFixed(2),
  'event loop busy': `${Math.round(loop.utilization * 100)} %`,
  'stored bytes per span, spans table': sizes.spans.toFixed(1),
  'stored bytes per span, all tables': sizes.total.toFixed(1),
  'parts of spans': sizes.parts,
  'spans stored': spans,
  'trace by id ms (median)': traceById.toFixed(1),
  'search promoted key ms (median)': hotKey.toFixed(1),
  'search any key ms (median)': anyKey.toFixed(1),
  'RSS MB': Math.round(process.memoryUsage().rss / 1e6),
})
await store.close()
rmSync(directory, { recursive: true, force: true })
