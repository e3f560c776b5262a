// What a stored span takes, and what a question reads and waits for: the account of the engine, statement by statement.
//
// usage: node bench/store/explain.mjs <data directory of a stopped clew> [rounds] [traces] [--statements]
import { randomBytes } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { pathToFileURL } from 'node:url'
import { sql } from '@clew/store/sql/sql'
import { openForReading } from './open-for-reading.mjs'

const ALL_TIME = 'start=now-60d&end=now%2B1h'
const MIB = 1024 * 1024

/** Groups of columns by what stands in them. */
const GROUPS = [
  ['span and parent id', /^Ids$/],
  ['trace id', /^TraceId$/],
  ['start and duration', /^(StartNanos|DurationNanos)$/],
  ['attribute columns', /^a_/],
  ['attribute map', /^Attributes$/],
  ['name, service, kind, status', /^(Name|Service|Kind|StatusCode|StatusMessage|ResourceId|ScopeId)$/],
  ['events and links', /^(Event|Link)/],
  ['the rest', /./],
]

/** Figures, tables, ids of random traces and the questions that were asked, of a data directory that no process has open. */
export async function explainStore(dataDirectory, { rounds, traces }) {
  const store = await openForReading(dataDirectory)
  try {
    const [{ spans }] = await store.rows(sql`SELECT count() AS spans FROM spans`)
    const size = await sizes(store, Number(spans))
    const traceIds = await randomTraces(store, traces)
    const questions = await questionsFor(store)
    const byId = await tracesById(store, traceIds)
    const searches = []
    for (const [name, query] of questions) searches.push(await explained(store, name, query, rounds))
    return {
      traceIds,
      questions,
      figures: { ...size.figures, ...byId.figures },
      tables: [
        size.table,
        byId.table,
        {
          title: 'What a search reads and waits for, all time, warm, in the process of the store',
          columns: ['question', 'ms', ...COLUMNS.map(([title]) => title)],
          rows: searches.map((each) => [each.name, each.ms, ...COLUMNS.map(([, of]) => of(each))]),
        },
        {
          title: 'Statements of these searches, the slowest of each',
          columns: ['question', 'ms', 'rows read', 'MiB read', 'statement'],
          rows: searches.map((each) => {
            const slowest = each.statements.toSorted((a, b) => b.ms - a.ms)[0]
            return [each.name, slowest.ms, slowest.rows, slowest.bytes / MIB, slowest.text.slice(0, 90)]
          }),
        },
      ],
      searches,
    }
  } finally {
    await store.close()
  }
}

const COLUMNS = [
  ['statements', (each) => each.statements.length],
  ['rows read', (each) => each.statements.reduce((sum, one) => sum + one.rows, 0)],
  ['MiB read', (each) => each.events.CompressedReadBufferBytes / MIB],
  ['of them from disk', (each) => each.events.OSReadBytes / MIB],
  ['parts', (each) => each.events.SelectedParts],
  ['granules', (each) => each.events.SelectedMarks],
  ['files opened', (each) => each.events.FileOpen],
  ['skip indexes, ms', (each) => each.events.FilteringMarksWithSecondaryKeysMicroseconds / 1000],
  ['processor, ms', (each) => each.events.OSCPUVirtualTimeMicroseconds / 1000],
]

async function sizes(store, spans) {
  const columns = await store.rows(sql`
    SELECT column AS name, sum(column_data_compressed_bytes + column_marks_bytes) AS bytes
    FROM system.parts_columns WHERE active AND table = 'spans' GROUP BY name`)
  const tables = await store.rows(sql`
    SELECT table AS name, sum(bytes_on_disk) AS bytes, sum(secondary_indices_compressed_bytes + secondary_indices_marks_bytes) AS indexes, count() AS parts
    FROM system.parts WHERE active GROUP BY name ORDER BY bytes DESC`)
  const left = new Set(columns.map((column) => column.name))
  const rows = GROUPS.map(([title, pattern]) => {
    const group = columns.filter(({ name }) => left.has(name) && pattern.test(name))
    for (const { name } of group) left.delete(name)
    return [title, group.reduce((sum, { bytes }) => sum + Number(bytes), 0) / spans]
  })
  const own = tables.find(({ name }) => name === 'spans')
  rows.push(['skip indexes', Number(own.indexes) / spans])
  rows.push(['spans, all files', Number(own.bytes) / spans])
  for (const { name, bytes } of tables) if (name !== 'spans') rows.push([`table ${name}`, Number(bytes) / spans])
  const all = tables.reduce((sum, { bytes }) => sum + Number(bytes), 0) / spans
  rows.push(['all', all])
  return {
    figures: { history_stored_bytes_per_span: all, history_parts: Number(own.parts) },
    table: { title: `Stored bytes a span, ${own.parts} parts of spans`, columns: ['what', 'bytes/span'], rows },
  }
}

async function randomTraces(store, count) {
  const [{ traces }] = await store.rows(sql`SELECT count() AS traces FROM trace_summaries`)
  const nth = Math.max(1, Math.floor(Number(traces) / (2 * count)))
  const rows = await store.rows(
    sql`SELECT DISTINCT lower(hex(TraceId)) AS id FROM trace_summaries WHERE sipHash64(TraceId) % ${nth} = 0 ORDER BY sipHash64(TraceId) LIMIT ${count}`,
  )
  return rows.map(({ id }) => id)
}

/** Searches by keys with and without a column, frequent, rare and absent; rare values are taken from the middle of the store. */
async function questionsFor(store) {
  const [rare] = await store.rows(sql`
    SELECT Attributes['order.id'] AS orderId, a_user_id AS userId, substring(Attributes['messaging.kafka.offset'], 2) AS position FROM spans
    WHERE mapContains(Attributes, 'order.id') AND StartNanos < (SELECT intDiv(min(StartNanos), 2) + intDiv(max(StartNanos), 2) FROM spans) LIMIT 1`)
  const [other] = await store.rows(sql`SELECT a_session_id AS sessionId FROM spans WHERE a_session_id != '' LIMIT 1`)
  const orderId = rare?.orderId ?? 'none'
  return [
    ['hot key, frequent value', 'http.response.status_code=500'],
    ['hot key, rarer value', `user.id=${rare?.userId ?? 'none'}`],
    ['hot key, rare value', `session.id="${other?.sessionId ?? 'none'}"`],
    ['hot key, no such value', `user.id=${randomBytes(8).toString('hex')}`],
    ['any key, frequent value', 'app.region=eu-west'],
    ['any key, rare value', `order.id="${orderId}"`],
    ['any key, rarer number', `messaging.kafka.offset=${rare?.position ?? 1}`],
    ['any key, number that other keys have', 'order.id=1'],
    ['any key, no such value', `order.id="${randomBytes(8).toString('hex')}"`],
  ]
}

async function tracesById(store, traceIds) {
  const own = []
  const whole = []
  const statements = new Map()
  await store.ask(`/api/traces/${traceIds[0]}`)
  const { events } = await store.events(async () => {
    for (const traceId of traceIds.slice(1)) {
      const asked = await store.ask(`/api/traces/${traceId}`)
      whole.push(asked.ms)
      own.push(spanOf(asked.statements))
      for (const { text, ms, engineMs, rows } of asked.statements) {
        const name = text.slice(0, 60)
        const list = statements.get(name) ?? []
        statements.set(name, [...list, { ms, engineMs, rows }])
      }
    }
  })
  const count = traceIds.length - 1
  return {
    figures: {
      history_trace_in_store_p50_milliseconds: quantile(own, 0.5),
      history_trace_in_store_p99_milliseconds: quantile(own, 0.99),
    },
    table: {
      title: `Trace by id in the store, ${count} random ids, each asked once`,
      columns: ['', 'p50, ms', 'p99, ms', 'rows read'],
      rows: [
        ['all statements', quantile(own, 0.5), quantile(own, 0.99), ''],
        ['with the answer as JSON', quantile(whole, 0.5), quantile(whole, 0.99), ''],
        ...[...statements].map(([name, list]) => [
          name,
          quantile(
            list.map((each) => each.ms),
            0.5,
          ),
          quantile(
            list.map((each) => each.ms),
            0.99,
          ),
          quantile(
            list.map((each) => each.rows),
            0.5,
          ),
        ]),
        ...COLUMNS.slice(2).map(([title, of]) => [`${title}, mean`, of({ events, statements: [] }) / count, '', '']),
      ],
    },
  }
}

/** From the beginning of the first statement to the end of the last: some run beside each other. */
function spanOf(statements) {
  return (
    Math.max(...statements.map(({ startMs, ms }) => startMs + ms)) -
    Math.min(...statements.map(({ startMs }) => startMs))
  )
}

/** Asks several times; the account is that of the last. */
async function explained(store, name, query, rounds) {
  const path = `/api/traces?limit=20&${ALL_TIME}&q=${encodeURIComponent(query)}`
  const times = []
  for (let round = 0; round < rounds; round += 1) times.push((await store.ask(path)).ms)
  const { result, events } = await store.events(() => store.ask(path))
  return { name, ms: quantile([...times.slice(1), result.ms], 0.5), statements: result.statements, events }
}

function quantile(samples, share) {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const startMs = performance.now()
  const found = await explainStore(process.argv[2], {
    rounds: Number(process.argv[3] ?? 5),
    traces: Number(process.argv[4] ?? 100),
  })
  for (const { title, columns, rows } of found.tables) {
    console.log(`\n${title}`)
    console.table(rows.map((row) => Object.fromEntries(row.map((cell, at) => [columns[at] || 'what', cell]))))
  }
  if (process.argv.includes('--statements')) {
    for (const { name, statements } of found.searches) {
      console.log(`\n${name}`)
      for (const { ms, engineMs, rows, text } of statements) console.log(ms.toFixed(1), engineMs, rows, text)
    }
  }
  console.error(`${Math.round((performance.now() - startMs) / 1000)} s`)
}
