import {
  FULL_LOAD,
  load,
  MIB,
  quantile,
  sleep,
  startClew,
  storedSpans,
  temporaryDirectory,
  timed,
  watched,
} from './clew-under-test.mjs'
import { rmSync } from 'node:fs'

const QUESTIONS_PER_SECOND = 4
const PROBE_EVERY_MS = 2000
const RECENT = 'start=now-15m&end=now%2B1h'

/** Durable ingest for minutes, as fast as it is taken, with people asking questions and traces being followed meanwhile. */
export async function sustained({ short, progress, options }) {
  const seconds = Number(options.seconds ?? (short ? 6 : 600))
  const dataDir = options['data-dir'] ?? temporaryDirectory()
  const clew = await startClew({ dataDir })
  try {
    progress(`${seconds} s of load`)
    const stop = new AbortController()
    const asking = askUntil(clew, stop.signal)
    const probing = probeUntil(clew, stop.signal)
    const {
      result: report,
      samples,
      cpuSeconds,
      highestRss,
    } = await watched(clew, () => load(clew, [...FULL_LOAD, '--for', `${seconds}s`, '--seed', '3']))
    stop.abort()
    const [asked, probes] = await Promise.all([asking, probing])
    if (report.requestsFailed > 0) progress(`${report.requestsFailed} requests failed: ${report.failures[0].message}`)
    progress('counting what is stored')
    const sent = report.spansAccepted + probes.spans
    const stored = await storedSpans(clew, sent)
    const all = [...asked.values()].flat()
    return {
      sustained_spans_per_second: report.spansPerSecond,
      sustained_slowest_minute_spans_per_second: Math.min(...perMinute(samples).map((minute) => minute.rate)),
      sustained_ack_p50_milliseconds: report.ackP50Ms,
      sustained_ack_p99_milliseconds: report.ackP99Ms,
      sustained_query_p50_milliseconds: quantile(all, 0.5),
      sustained_query_p99_milliseconds: quantile(all, 0.99),
      sustained_rss_mebibytes: highestRss / MIB,
      sustained_searchable_p50_milliseconds: quantile(probes.times, 0.5),
      sustained_searchable_p99_milliseconds: quantile(probes.times, 0.99),
      sustained_lost_spans: sent - stored,
      sustained_failed_requests: report.requestsFailed,
      sustained_cpu_microseconds_per_span: (cpuSeconds / report.spansAccepted) * 1e6,
      spans_stored: stored,
      tables: [
        {
          title: 'Each minute',
          columns: ['minute', 'spans/s', 'highest memory, MiB'],
          rows: perMinute(samples).map((minute, index) => [index + 1, Math.round(minute.rate), minute.rss / MIB]),
        },
        {
          title: 'Questions beside it',
          columns: ['question', 'asked', 'p50, ms', 'p99, ms', 'slowest, ms'],
          rows: [...asked].map(([name, times]) => [
            name,
            times.length,
            quantile(times, 0.5),
            quantile(times, 0.99),
            Math.max(...times),
          ]),
        },
      ],
    }
  } finally {
    await clew.stop()
    if (options['data-dir'] === undefined) rmSync(dataDir, { recursive: true, force: true })
  }
}

/** Received spans per second and highest memory of each whole or begun minute. */
function perMinute(samples) {
  const startMs = samples[0].atMs
  const minutes = []
  for (let from = 0; from < samples.length - 1;) {
    const endMs = startMs + (minutes.length + 1) * 60_000
    let to = from + 1
    while (to < samples.length - 1 && samples[to].atMs < endMs) to += 1
    const spanMs = samples[to].atMs - samples[from].atMs
    // What is left over at the end says nothing about a minute.
    if (minutes.length === 0 || spanMs > 30_000) {
      minutes.push({
        rate: ((samples[to].received - samples[from].received) / spanMs) * 1000,
        rss: Math.max(...samples.slice(from, to + 1).map((each) => each.rssBytes)),
      })
    }
    from = to
  }
  return minutes
}

/** Some questions a second, one after the other; gives the times of each kind. */
async function askUntil(clew, signal) {
  const times = new Map()
  let ids = []
  const search = (q) => `/api/traces?limit=20&${RECENT}&q=${encodeURIComponent(q)}`
  const kinds = [
    ['newest traces', () => search('')],
    ['traces of a service', () => search('service=orders')],
    ['attribute: status 500', () => search('http.response.status_code=500')],
    ['attribute: any key', () => search('app.region=eu-west')],
    [
      'trace by id',
      () => (ids.length === 0 ? undefined : `/api/traces/${ids[Math.floor(Math.random() * ids.length)]}`),
    ],
    ['services', () => `/api/services?${RECENT}`],
  ]
  for (let round = 0; !signal.aborted; round += 1) {
    const nextMs = performance.now() + 1000 / QUESTIONS_PER_SECOND
    const [name, path] = kinds[round % kinds.length]
    const target = path()
    if (target !== undefined) {
      const { ms, body } = await timed(clew, target)
      if (name === 'newest traces') ids = body.traces.map((trace) => trace.traceId)
      times.set(name, [...(times.get(name) ?? []), ms])
    }
    await sleep(Math.max(0, nextMs - performance.now()))
  }
  return times
}

/** Sends one small trace at a time and asks for it until it is found. */
async function probeUntil(clew, signal) {
  const times = []
  let spans = 0
  while (!signal.aborted) {
    const sentMs = performance.now()
    const answer = await fetch(`${clew.ui}/api/test-trace`, { method: 'POST' })
    const { traceId } = await answer.json()
    if (!answer.ok) {
      // Refused, as the load is at that moment: it counts there.
      await sleep(1000)
      continue
    }
    let found = await clew.ask(`/api/traces/${traceId}?limit=1`)
    while (found.status === 404) {
      await sleep(20)
      found = await clew.ask(`/api/traces/${traceId}?limit=1`)
    }
    times.push(performance.now() - sentMs)
    spans += found.body.spanCount
    await sleep(Math.max(0, PROBE_EVERY_MS - (performance.now() - sentMs)))
  }
  return { times, spans }
}
