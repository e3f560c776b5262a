import { randomBytes } from 'node:crypto'
import { load, quantile, sleep, startClew } from './clew-under-test.mjs'

const MIB = 1024 * 1024
const ALL_TIME = 'start=now-7d&end=now%2B1h'
const HOT_KEY = 'http.response.status_code=500'
/** A key without a column of its own. */
const ANY_KEY = 'client.address'

/** One data directory: load it as fast as it takes, then look at what it holds and how fast it answers. */
export async function ingestAndSearch({ short, progress }) {
  const clew = await startClew()
  try {
    const results = await ingest(clew, short, progress)
    progress('sent to searchable')
    Object.assign(results, await searchable(clew, short ? 5 : 100))
    await settle(clew, short ? 1000 : 20_000)
    progress('questions')
    Object.assign(results, await questions(clew, short ? 5 : 50), await storedSize(clew))
    return results
  } finally {
    await clew.stop()
  }
}

async function ingest(clew, short, progress) {
  const shape = ['--spans-per-second', '0', '--spans-per-request', '1000', '--concurrency', '16', '--connections', '2']
  progress('warm-up')
  const warmUp = await load(clew, [...shape, '--for', short ? '1s' : '10s'])
  progress('ingest')
  let highestRss = 0
  let loading = true
  const watch = (async () => {
    while (loading) {
      highestRss = Math.max(highestRss, (await clew.ask('/api/pipeline')).body.process.rssBytes)
      await sleep(500)
    }
  })()
  const report = await load(clew, [...shape, '--for', short ? '3s' : '60s', '--seed', '2'])
  loading = false
  await watch
  if (report.requestsFailed > 0) progress(`${report.requestsFailed} requests failed: ${report.failures[0].message}`)
  const accepted = warmUp.spansAccepted + report.spansAccepted
  const stored = await storedSpans(clew, accepted)
  return {
    ingest_spans_per_second: report.spansPerSecond,
    ingest_ack_p99_milliseconds: report.ackP99Ms,
    ingest_rss_mebibytes: highestRss / MIB,
    ingest_lost_spans: accepted - stored,
    spans_stored: stored,
  }
}

/** Spans in the store once as many are there as were acknowledged, or nothing has been waiting for a while. */
async function storedSpans(clew, expected) {
  let idleRounds = 0
  for (;;) {
    const { store } = (await clew.ask('/api/pipeline')).body
    if (store.rows.traces >= expected || idleRounds > 20) return store.rows.traces
    idleRounds = store.queuedBytes === 0 && store.segmentsWaiting === 0 ? idleRounds + 1 : 0
    await sleep(250)
  }
}

/** Sends one trace at a time and asks for it until it is found. */
async function searchable(clew, count) {
  const times = []
  for (let i = 0; i < count; i++) {
    const sentMs = performance.now()
    const { traceId } = await (await fetch(`${clew.ui}/api/test-trace`, { method: 'POST' })).json()
    while ((await clew.ask(`/api/traces/${traceId}?limit=1`)).status === 404) await sleep(10)
    times.push(performance.now() - sentMs)
  }
  return { searchable_p50_milliseconds: quantile(times, 0.5), searchable_p99_milliseconds: quantile(times, 0.99) }
}

/** Lets the engine merge, so that the stored size is not that of fresh parts. */
async function settle(clew, longestMs) {
  const endMs = performance.now() + longestMs
  let last = -1
  while (performance.now() < endMs) {
    const { diskBytes } = (await clew.ask('/api/pipeline')).body.store
    if (diskBytes === last) return
    last = diskBytes
    await sleep(Math.min(3000, longestMs))
  }
}

async function questions(clew, rounds) {
  const found = await clew.ask(`/api/traces?limit=200&${ALL_TIME}`)
  const ids = found.body.traces.map(({ traceId }) => traceId)
  const timed = async (path) => {
    const startedMs = performance.now()
    const { status } = await clew.ask(path)
    if (status !== 200) throw new Error(`${path} answered ${status}`)
    return performance.now() - startedMs
  }
  const median = async (path) => {
    const times = []
    for (let i = 0; i < rounds; i++) times.push(await timed(path(i)))
    return quantile(times.slice(1), 0.5) // the first warms the caches
  }
  const { values } = (await clew.ask(`/api/attributes/values?key=${ANY_KEY}&${ALL_TIME}`)).body
  const search = (query) => median(() => `/api/traces?limit=20&${ALL_TIME}&q=${encodeURIComponent(query)}`)
  return {
    trace_by_id_milliseconds: await median((i) => `/api/traces/${ids[i % ids.length]}`),
    search_hot_key_milliseconds: await search(HOT_KEY),
    search_any_key_milliseconds: await search(`${ANY_KEY}="${values.at(-1).value}"`),
    search_absent_value_milliseconds: await search(`user.id=${randomBytes(8).toString('hex')}`),
  }
}

async function storedSize(clew) {
  const { store } = (await clew.ask('/api/pipeline')).body
  return { stored_bytes_per_span: store.diskBytes / store.rows.traces }
}
