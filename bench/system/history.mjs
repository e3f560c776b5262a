import { execFileSync } from 'node:child_process'
import { readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { explainStore } from '../store/explain.mjs'
import {
  FULL_LOAD,
  load,
  MIB,
  quantile,
  settle,
  startClew,
  storedSpans,
  temporaryDirectory,
  timed,
  watched,
} from './clew-under-test.mjs'

/** Columns of hot keys must not come while a key without a column is measured. */
const FLAGS = ['--promoted-keys', '0', '--retention', '3650d']
const ALL_TIME = 'start=now-60d&end=now%2B1h'
const LAST_HALF_HOUR = 'start=now-30m&end=now%2B1h'

/** Fills a store through the real ingest path with spans of a whole day, then asks what people ask. */
export async function history({ short, progress, options }) {
  const spans = Number(options.spans ?? (short ? 30_000 : 10_000_000))
  const measured = await measureHistory(spans, { short, progress, options })
  return { ...goalsOf(measured, spans), ...measured.figures, spans_stored: measured.stored, tables: measured.tables }
}

/** The figures that have goals, where the number of spans is that of the goal. */
function goalsOf({ figures }, spans) {
  if (spans >= 100_000_000)
    return { history_trace_by_id_100m_milliseconds: figures.history_trace_in_store_p50_milliseconds }
  if (spans < 10_000_000) return {}
  return {
    history_hot_key_10m_milliseconds: figures.history_hot_key_milliseconds,
    history_any_key_10m_milliseconds: figures.history_any_key_milliseconds,
    history_any_key_cold_10m_milliseconds: figures.history_any_key_cold_milliseconds,
  }
}

/** Figures and tables of a store with so many spans. A `--data-dir` that has them already is only asked. */
export async function measureHistory(spans, { short, progress, options }) {
  const kept = options['data-dir']
  const dataDir = kept ?? temporaryDirectory()
  try {
    const filled = await fill(dataDir, spans, options.over ?? '24h', short, progress)
    progress('where bytes and time go')
    const explained = await explainStore(dataDir, { rounds: short ? 2 : 7, traces: short ? 10 : 200 })
    progress('questions over HTTP')
    const asked = await askOverHttp(dataDir, explained.traceIds, explained.questions, short)
    return {
      stored: filled.stored,
      figures: { ...filled.figures, ...explained.figures, ...asked.figures },
      tables: [...explained.tables, ...asked.tables],
    }
  } finally {
    if (kept === undefined) rmSync(dataDir, { recursive: true, force: true })
  }
}

async function fill(dataDir, spans, over, short, progress) {
  const clew = await startClew({ dataDir, flags: FLAGS })
  try {
    const before = (await clew.ask('/api/pipeline')).body.store.rows.traces
    if (before >= spans) return { stored: before, figures: {} }
    if (before > 0) throw new Error(`${dataDir} has ${before} spans, not ${spans}: give an empty directory`)
    progress(`filling ${spans} spans over ${over}`)
    const { result, cpuSeconds, highestRss } = await watched(clew, () =>
      load(clew, [...FULL_LOAD, '--spans', String(spans), '--over', over, '--seed', '5']),
    )
    const stored = await storedSpans(clew, result.spansAccepted)
    progress('waiting for merges')
    await settle(clew, short ? 1000 : 180_000, 10_000)
    return {
      stored,
      figures: {
        history_fill_spans_per_second: result.spansPerSecond,
        history_fill_rss_mebibytes: highestRss / MIB,
        history_fill_cpu_microseconds_per_span: (cpuSeconds / result.spansAccepted) * 1e6,
        history_lost_spans: result.spansAccepted - stored,
      },
    }
  } finally {
    await clew.stop()
  }
}

async function askOverHttp(dataDir, traceIds, questions, short) {
  const rounds = short ? 2 : 7
  const rows = []
  const cold = new Map()
  // Once in a new process whose files are not in the memory of the system either.
  for (const [name, query] of questions) {
    evict(dataDir)
    const clew = await startClew({ dataDir, flags: FLAGS })
    cold.set(name, (await timed(clew, search(query, ALL_TIME))).ms)
    await clew.stop()
    if (short) break
  }
  evict(dataDir)
  const clew = await startClew({ dataDir, flags: FLAGS })
  try {
    const coldTrace = (await timed(clew, `/api/traces/${traceIds[0]}`)).ms
    const traceTimes = []
    for (const traceId of traceIds.slice(1)) traceTimes.push((await timed(clew, `/api/traces/${traceId}`)).ms)
    const warm = traceTimes.slice(Math.floor(traceTimes.length / 2))
    const times = new Map()
    for (const [name, query] of questions) {
      const ask = async (range) => {
        const all = []
        for (let round = 0; round < rounds; round += 1) all.push((await timed(clew, search(query, range))).ms)
        return quantile(all.slice(1), 0.5)
      }
      times.set(name, await ask(ALL_TIME))
      rows.push([name, cold.get(name) ?? '', times.get(name), await ask(LAST_HALF_HOUR)])
    }
    const worst = (names) => Math.max(...names.map((name) => times.get(name)))
    const anyKey = [...times.keys()].filter((name) => name.startsWith('any key'))
    return {
      figures: {
        history_trace_http_p50_milliseconds: quantile(warm, 0.5),
        history_trace_http_p99_milliseconds: quantile(warm, 0.99),
        history_trace_http_cold_milliseconds: coldTrace,
        history_hot_key_milliseconds: worst([...times.keys()].filter((name) => name.startsWith('hot key'))),
        history_any_key_milliseconds: worst(anyKey),
        history_any_key_cold_milliseconds: Math.max(...anyKey.map((name) => cold.get(name) ?? 0)),
      },
      tables: [
        {
          title: 'Searches over HTTP, first page of 20 traces',
          columns: ['question', 'all time, cold, ms', 'all time, warm, ms', 'last 30 minutes, warm, ms'],
          rows,
        },
        {
          title: 'Trace by id over HTTP, every id asked once',
          columns: ['', 'ms'],
          rows: [
            ['first of a new process, cold', coldTrace],
            ['median', quantile(warm, 0.5)],
            ['p99', quantile(warm, 0.99)],
          ],
        },
      ],
    }
  } finally {
    await clew.stop()
  }
}

function search(query, range) {
  return `/api/traces?limit=20&${range}&q=${encodeURIComponent(query)}`
}

/** Files smaller than this are not worth a process each. */
const SMALL_FILE_BYTES = 32 * 1024

/** Takes the files out of the system's memory. */
function evict(directory) {
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath ?? entry.path, entry.name)
    if (statSync(path).size < SMALL_FILE_BYTES) continue
    execFileSync('dd', [`if=${path}`, 'iflag=nocache', 'count=0', 'status=none'])
  }
}
