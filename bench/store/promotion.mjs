// What a promoted attribute key costs and gives. Spans go in through the real write path; then each search is asked in both
// forms over the same data: from the map, and from the column of the promoted key. Both must find the same.
//
//   search  (default) fill a store, promote keys, backfill, ask in both forms
//   insert  CPU of inserts with 0, 4, 8 and 16 promoted keys
//
// usage: node bench/store/promotion.mjs [search | insert] [million spans] [keys searched]
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { systemClock } from '@clew/base/clock'
import { Batch } from '@clew/otlp/batch'
import { LoadGenerator } from '@clew/otlp/generate/load-generator'
import { compileSearch } from '@clew/query/compile/search/compile-search'
import { valueSource } from '@clew/query/attributes/value-source'
import { KeyCatalogue } from '@clew/query/run/key-catalogue'
import { PROMOTED_SPAN_ATTRIBUTES } from '@clew/store/schema/promoted'
import { sql } from '@clew/store/sql/sql'
import { openStore } from '@clew/store/store'

const what = process.argv[2] ?? 'search'
const wanted = Number(process.argv[3] ?? (what === 'search' ? 3 : 0.5)) * 1e6
const directory = mkdtempSync(join(tmpdir(), 'clew-promotion-'))
const nowNanos = () => BigInt(Date.now()) * 1_000_000n
const store = await openStore({
  dataDirectory: directory,
  url: 'chdb',
  retentionDays: 7,
  promotion: { checkEveryMs: 1e9, graceMs: 0, settleMs: 0, maxKeys: 32 },
})
const generator = new LoadGenerator({ seed: 1, spansPerRequest: 500, templates: 64 })
const seconds = (ms) => (ms / 1000).toFixed(1)

/** Sends so many spans; gives the CPU of all threads per span, µs, and how long it took. */
async function fill(count) {
  let sent = 0
  const cpu = process.cpuUsage()
  const start = performance.now()
  const sender = async () => {
    while (sent < count) {
      const request = generator.nextTraces(nowNanos())
      sent += request.itemCount
      await store.consumer.consume(Batch.fromProtobuf('traces', request.bytes), {})
    }
  }
  await Promise.all(Array.from({ length: 16 }, sender))
  await store.flush()
  const used = process.cpuUsage(cpu)
  return { micros: (used.user + used.system) / sent, ms: performance.now() - start, sent }
}

/** Keys without a column, the most frequent first. */
async function plainKeys() {
  const { rows } = await store.query(
    sql`SELECT Key AS key, sum(Count) AS n FROM attribute_keys WHERE Signal = 'traces' AND Level = 'span' GROUP BY key ORDER BY n DESC`,
  )
  const builtIn = new Set(PROMOTED_SPAN_ATTRIBUTES.map((each) => each.key))
  return rows.filter((row) => !builtIn.has(row.key)).map((row) => row.key)
}

const noColumns = { usable: () => [], noteUse: () => undefined }
const columns = { usable: () => store.keys.usable(), noteUse: () => undefined }

/** Literals per search: each is asked once, so that no cache of earlier answers helps; the first is a warm-up. */
const LITERALS = wanted < 5e6 ? 6 : 3

function middle(all) {
  return all.sort((a, b) => a - b)[Math.floor(all.length / 2)]
}

async function literalsOf(key) {
  const { rows } = await store.query(
    sql`SELECT Attributes[${key}] AS value, count() AS n FROM (SELECT Attributes FROM spans WHERE mapContains(Attributes, ${key}) LIMIT 200000) GROUP BY value ORDER BY cityHash64(value) LIMIT ${LITERALS}`,
  )
  return Array.from({ length: LITERALS }, (_, i) => {
    const { value } = rows[i % rows.length]
    return value.charCodeAt(0) < 8 ? value.slice(1) : value
  })
}

async function search() {
  const filled = await fill(wanted)
  console.error(`${filled.sent} spans in ${seconds(filled.ms)} s`)
  const merging = performance.now()
  await store.query(sql`OPTIMIZE TABLE spans FINAL`)
  console.error(`merged in ${seconds(performance.now() - merging)} s`)
  const SEARCHED = (await plainKeys()).slice(0, Number(process.argv[4] ?? 5))
  const searches = []
  for (const key of SEARCHED) {
    const literals = await literalsOf(key)
    const isNumber = /^\d+$/.test(literals[0])
    const write = (operator, text) => `span."${key}"${operator}${/^[\w.+-]+$/.test(text) ? text : JSON.stringify(text)}`
    searches.push([`${key} = value`, literals.map((text) => write('=', text))])
    // Nobody has these: what a rare value costs.
    searches.push([
      `${key} = rare value`,
      literals.map((_, i) => write('=', isNumber ? String(5_000_000 + i) : `rare-${i}`)),
    ])
    if (isNumber) searches.push([`${key} >= number`, literals.map((text) => write('>=', text))])
    else searches.push([`${key} contains`, literals.map((text, i) => write(':', text.slice(-4 - (i % 3))))])
  }
  const catalogue = (port) => new KeyCatalogue({ query: (s, o) => store.query(s, o) }, port, systemClock)
  const measure = async (port) => {
    const found = new Map()
    const time = async (name, statements) => {
      const all = []
      const answers = []
      for (const [i, statement] of statements.entries()) {
        const begin = performance.now()
        const { rows } = await store.query(statement)
        if (i > 0) all.push(performance.now() - begin)
        answers.push(rows)
      }
      found.set(name, { ms: middle(all), answer: JSON.stringify(answers) })
    }
    for (const [name, queries] of searches) {
      const conditions = await Promise.all(
        queries.map(async (q) => (await compileSearch(q, 'traces', catalogue(port))).condition),
      )
      await time(
        `${name}, newest 20`,
        conditions.map(
          (where) =>
            sql`SELECT hex(SpanId) AS id, StartNanos AS at FROM spans WHERE ${where} ORDER BY StartNanos DESC, id LIMIT 20`,
        ),
      )
      await time(
        `${name}, count`,
        conditions.map((where) => sql`SELECT count() AS n FROM spans WHERE ${where}`),
      )
    }
    for (const key of SEARCHED) {
      const known = await catalogue(port).levels('traces', key)
      const { statements } = valueSource({
        written: `span."${key}"`,
        signal: 'traces',
        inTime: sql`StartNanos > 0`,
        known,
      })
      const grouped = sql`SELECT stored, n FROM (${statements[0]}) ORDER BY n DESC, stored LIMIT 20`
      await time(`${key}, group by`, [grouped, grouped, grouped, grouped])
    }
    return found
  }
  const before = await measure(noColumns)
  const promoting = performance.now()
  for (const key of SEARCHED) await store.keys.decide('span', key, 'promote')
  while (store.keys.usable().length < SEARCHED.length) {
    await store.keys.runOnce()
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const backfillMs = performance.now() - promoting
  const after = await measure(columns)
  const { rows: sizes } = await store.query(
    sql`SELECT name, data_compressed_bytes AS bytes FROM system.columns WHERE database = currentDatabase() AND table = 'spans'`,
  )
  const bytes = (names) =>
    sizes.filter(({ name }) => names.includes(name)).reduce((sum, each) => sum + Number(each.bytes), 0)
  const table = {}
  for (const [name, old] of before) {
    const now = after.get(name)
    if (old.answer !== now.answer) throw new Error(`${name}: the two forms answer differently`)
    table[name] = {
      'map ms': old.ms.toFixed(1),
      'column ms': now.ms.toFixed(1),
      'times faster': (old.ms / now.ms).toFixed(1),
    }
  }
  console.table(table)
  const perSpan = (total) => (total / filled.sent).toFixed(2)
  console.table(
    Object.fromEntries(
      store.keys
        .usable()
        .map((key) => [key.key, { form: key.form, 'bytes per span': perSpan(bytes([key.column, key.rest])) }]),
    ),
  )
  console.table({
    spans: filled.sent,
    'backfill of all keys, s': seconds(backfillMs),
    'backfill µs per span and key': ((backfillMs * 1000) / filled.sent / SEARCHED.length).toFixed(3),
    'map, bytes per span': perSpan(bytes(['Attributes'])),
    'spans table, bytes per span': perSpan(sizes.reduce((sum, each) => sum + Number(each.bytes), 0)),
  })
}

async function insert() {
  // Keys must be known to be promoted, and the code must be warm.
  await fill(wanted / 2)
  const keys = await plainKeys()
  const table = {}
  for (const count of [0, 4, 8, 16]) {
    for (const key of keys.slice(0, count)) {
      if (!store.keys.promoted().some((each) => each.key === key)) await store.keys.decide('span', key, 'promote')
    }
    // No merges while it is measured: what they cost is told by the stored size and the backfill.
    await store.query(sql`SYSTEM STOP MERGES spans`)
    const runs = [await fill(wanted), await fill(wanted)]
    await store.query(sql`SYSTEM START MERGES spans`)
    table[`${store.keys.promoted().length} keys`] = {
      'CPU µs per span': Math.min(...runs.map((run) => run.micros)).toFixed(2),
      'spans/s until searchable': Math.round(Math.max(...runs.map((run) => run.sent / (run.ms / 1000)))),
    }
  }
  console.table(table)
}

console.log(
  `${cpus().length} × ${cpus()[0].model}, Node ${process.version}, ${store.engine.kind} ${store.engine.version}`,
)
try {
  await (what === 'insert' ? insert() : search())
} finally {
  await store.close()
  rmSync(directory, { recursive: true, force: true })
}
