// What a node of Clew and a ClickHouse server each cost per span, for the sizing table of docs/cluster.md: one node in this process,
// the engine behind HTTP in another. Both share the machine, so rates are not limits; CPU, bytes and rows per span are what counts.
//
// usage: node bench/cluster/sizing.mjs [seconds] [in flight]
import { fork } from 'node:child_process'
import diagnostics from 'node:diagnostics_channel'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { Batch } from '@clew/otlp/batch'
import { LoadGenerator } from '@clew/otlp/generate/load-generator'
import { sql } from '@clew/store/sql/sql'
import { openStore } from '@clew/store/store'

// How often the engine rewrites a row over time (docs/adr/0010-store-write-cost.md); here every row is merged once, at the end.
const REWRITES = 4.3

const seconds = Number(process.argv[2] ?? 10)
const inFlight = Number(process.argv[3] ?? 16)
const directory = mkdtempSync(join(tmpdir(), 'clew-sizing-'))
const nowNanos = () => BigInt(Date.now()) * 1_000_000n
const micros = ({ user, system }) => user + system

const sockets = []
diagnostics.subscribe('net.client.socket', ({ socket }) => sockets.push(socket))
const sentBytes = () => sockets.reduce((sum, socket) => sum + socket.bytesWritten, 0)

const server = fork(new URL('server.mjs', import.meta.url))
const [{ url }] = await once(server, 'message')
const usage = async () => {
  server.send('usage')
  return (await once(server, 'message'))[0]
}
const store = await openStore({ dataDirectory: directory, url: `${url}/sizing`, retentionDays: 7 })
const one = async (statement) => (await store.query(statement)).rows[0]
const generator = new LoadGenerator({ seed: 1, spansPerRequest: 500, templates: 64 })

// What making and checking the load costs in this process, to be subtracted.
const makingStart = process.cpuUsage()
let made = 0
while (made < 200_000) made += Batch.fromProtobuf('traces', generator.nextTraces(nowNanos()).bytes).itemCount
const makingMicros = micros(process.cpuUsage(makingStart)) / made

const before = {
  node: process.cpuUsage(),
  server: await usage(),
  sent: sentBytes(),
  segments: store.status().segmentsStored,
}
const start = performance.now()
let spans = 0
let received = 0
async function sender() {
  while (performance.now() - start < seconds * 1000) {
    const batch = Batch.fromProtobuf('traces', generator.nextTraces(nowNanos()).bytes)
    try {
      await store.consumer.consume(batch, {})
      spans += batch.itemCount
      received += batch.byteLength
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}
await Promise.all(Array.from({ length: inFlight }, sender))
await store.flush()
const elapsedS = (performance.now() - start) / 1000
const node = micros(process.cpuUsage(before.node)) / spans - makingMicros
const inserted = await usage()
const sent = (sentBytes() - before.sent) / spans
const segments = store.status().segmentsStored - before.segments

const count = Number((await one(sql`SELECT count() AS n FROM spans`)).n)
if (count !== spans) throw new Error(`${spans} spans were acknowledged, ${count} are stored`)
const rows = await one(
  sql`SELECT sum(rows) / ${spans} AS perSpan FROM system.parts WHERE active AND database = currentDatabase()`,
)
// Merges go on after the load: what they cost belongs to the spans.
await store.query(sql`OPTIMIZE TABLE spans FINAL`, {})
await store.query(sql`OPTIMIZE TABLE trace_summaries FINAL`, {})
const merged = await usage()
const sizes = await one(
  sql`SELECT sum(bytes_on_disk) / ${spans} AS total FROM system.parts WHERE active AND database = currentDatabase()`,
)
const insertMicros = (micros(inserted.cpu) - micros(before.server.cpu)) / spans
const mergeMicros = (micros(merged.cpu) - micros(inserted.cpu)) / spans
const serverMicros = insertMicros + REWRITES * mergeMicros

console.log(`${cpus().length} × ${cpus()[0].model}, Node ${process.version}, ClickHouse ${store.engine.version}`)
console.table({
  'spans sent': spans,
  'spans/s, node and server on this machine': Math.round(spans / elapsedS),
  'OTLP bytes per span received': Math.round(received / spans),
  'node CPU µs per span (without receiving it)': node.toFixed(1),
  'server CPU µs per span, inserting': insertMicros.toFixed(1),
  'server CPU µs per span, merging once': mergeMicros.toFixed(1),
  'bytes per span from node to server': Math.round(sent),
  'rows per span, all tables': Number(rows.perSpan).toFixed(2),
  'stored bytes per span, merged': Number(sizes.total).toFixed(1),
  'spans per segment': Math.round(spans / segments),
  'node RSS MB': Math.round(process.memoryUsage().rss / 1e6),
  'server RSS MB': Math.round(merged.rssBytes / 1e6),
})
console.log('\nFor each 100,000 spans/s:')
console.table({
  'node cores': (node / 10).toFixed(1),
  [`server cores, of each replica, with ${REWRITES} merges of a row`]: (serverMicros / 10).toFixed(1),
  'Mbit/s from nodes to servers': Math.round((sent * 8) / 10),
  'GB a day, of each replica': Math.round((Number(sizes.total) * 86_400) / 1e4),
})
await store.close()
server.send('end')
await once(server, 'exit')
rmSync(directory, { recursive: true, force: true })
