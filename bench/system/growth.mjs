import { measureHistory } from './history.mjs'
import { load, MIB, quantile, settle, startClew, storedSpans, timed, watched } from './clew-under-test.mjs'

const RECENT = 'start=now-15m&end=now%2B1h'

/** What grows, in steps. `--of clients,services` measures only these; `--sizes` says how many spans. */
export async function growth({ short, progress, options }) {
  const kinds = (options.of ?? 'clients,services,keys,spans').split(',')
  const seconds = Number(options.seconds ?? (short ? 1 : 20))
  const tables = []
  if (kinds.includes('clients')) {
    const steps = short ? [10] : [1, 10, 100, 1000]
    tables.push(
      await table('Concurrent clients, each with a connection of its own', 'clients', steps, progress, (clients) =>
        loaded(seconds, ['--connections', String(clients), '--concurrency', String(clients)]),
      ),
    )
  }
  if (kinds.includes('services')) {
    const steps = short ? [100] : [1, 10, 100, 1000, 5000]
    tables.push(
      await table('Services', 'services', steps, progress, (services) =>
        loaded(seconds, [...TWO_CONNECTIONS, '--services', String(services)], SERVICE_QUESTIONS),
      ),
    )
  }
  if (kinds.includes('keys')) {
    const steps = short ? [100] : [10, 100, 1000, 10_000]
    tables.push(
      await table('Attribute keys beside those of the shop, four of them on a span', 'keys', steps, progress, (keys) =>
        loaded(seconds, [...TWO_CONNECTIONS, '--attribute-keys', String(keys)], KEY_QUESTIONS),
      ),
    )
  }
  if (kinds.includes('spans')) tables.push(await spansTable(short, progress, options))
  return { tables }
}

const TWO_CONNECTIONS = ['--connections', '2', '--concurrency', '16']
const SERVICE_QUESTIONS = [
  ['services, ms', `/api/services?${RECENT}`],
  ['traces of a service, ms', `/api/traces?limit=20&${RECENT}&q=service%3Dstorefront`],
]
const KEY_QUESTIONS = [
  ['keys, ms', `/api/attributes/keys?${RECENT}`],
  ['search by one, ms', `/api/traces?limit=20&${RECENT}&q=app.key.1%3Dvalue-1`],
]

async function table(title, what, steps, progress, measure) {
  const rows = []
  let columns = [what, '']
  for (const step of steps) {
    progress(`${what}: ${step}`)
    try {
      const cells = await measure(step)
      columns = [what, ...cells.map(([name]) => name)]
      rows.push([step, ...cells.map(([, value]) => value)])
    } catch (error) {
      // The other steps took minutes: they are shown all the same.
      progress(`${what}: ${step} failed: ${error.message}`)
      rows.push([step, 'failed'])
      process.exitCode = 1
    }
  }
  return { title, columns, rows }
}

/** A load on an empty store of its own, and a few questions about it afterwards. */
async function loaded(seconds, shape, questions = []) {
  const clew = await startClew({ flags: ['--promoted-keys', '0'] })
  try {
    const common = ['--spans-per-second', '0', '--spans-per-request', '1000', '--for', `${seconds}s`]
    await load(clew, [...shape, ...common.slice(0, 4), '--for', `${Math.min(5, seconds)}s`])
    const before = (await clew.ask('/api/pipeline')).body.store.rows.traces
    const { result, cpuSeconds, highestRss } = await watched(clew, () =>
      load(clew, [...shape, ...common, '--seed', '2']),
    )
    const stored = await storedSpans(clew, before + result.spansAccepted)
    await settle(clew, 10_000)
    const cells = [
      ['spans/s', result.spansPerSecond],
      ['bytes/span sent', result.bytesAccepted / result.spansAccepted],
      ['failed requests', result.requestsFailed],
      ['ack p99, ms', result.ackP99Ms],
      ['highest memory, MiB', highestRss / MIB],
      ['CPU, µs/span', (cpuSeconds / result.spansAccepted) * 1e6],
      ['stored bytes/span', (await clew.ask('/api/pipeline')).body.store.diskBytes / stored],
    ]
    for (const [name, path] of questions) {
      const times = []
      for (let round = 0; round < 5; round += 1) times.push((await timed(clew, path)).ms)
      cells.push([name, quantile(times.slice(1), 0.5)])
    }
    return cells
  } finally {
    await clew.stop()
  }
}

async function spansTable(short, progress, options) {
  const sizes = (options.sizes ?? (short ? '10000' : '1000000,10000000,100000000')).split(',').map(Number)
  const shown = [
    ['spans/s', 'history_fill_spans_per_second'],
    ['highest memory, MiB', 'history_fill_rss_mebibytes'],
    ['CPU, µs/span', 'history_fill_cpu_microseconds_per_span'],
    ['stored bytes/span', 'history_stored_bytes_per_span'],
    ['trace by id in the store, ms', 'history_trace_in_store_p50_milliseconds'],
    ['trace by id over HTTP, ms', 'history_trace_http_p50_milliseconds'],
    ['hot key, ms', 'history_hot_key_milliseconds'],
    ['any key, ms', 'history_any_key_milliseconds'],
    ['any key cold, ms', 'history_any_key_cold_milliseconds'],
  ]
  return await table('Spans over a day', 'spans', sizes, progress, async (spans) => {
    const { figures } = await measureHistory(spans, { short, progress, options: { over: options.over } })
    return shown.map(([name, id]) => [name, figures[id]])
  })
}
