import { randomBytes } from 'node:crypto'
import {
  FULL_LOAD,
  load,
  MIB,
  quantile,
  settle,
  sleep,
  startClew,
  storedSpans,
  timed,
  watched,
} from './clew-under-test.mjs'

const ALL_TIME = 'start=now-7d&end=now%2B1h'
const HOT_KEY = 'http.response.status_code=500'
/** A key without a column of its own. */
const ANY_KEY = 'order.id'

/** One data directory: load it as fast as it takes, then look at what it holds and how fast it answers. */
export async function ingestAndSearch({ short, progress }) {
  const clew = await startClew({ flags: ['--promoted-keys', '0'] })
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
  progress('warm-up')
  const warmUp = await load(clew, [...FULL_LOAD, '--for', short ? '1s' : '10s'])
  progress('ingest')
  const { result: report, highestRss } = await watched(clew, () =>
    load(clew, [...FULL_LOAD, '--for', short ? '3s' : '60s', '--seed', '2']),
  )
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

async function questions(clew, rounds) {
  const found = await clew.ask(`/api/traces?limit=200&${ALL_TIME}`)
  const ids = found.body.traces.map(({ traceId }) => traceId)
  const median = async (path) => {
    const times = []
    for (let i = 0; i < rounds; i++) times.push((await timed(clew, path(i))).ms)
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
