// `npm run bench [-- NAMES] [-- --short]`: measures the built Clew from outside and prints it beside the goals. Names are those of PARTS;
// without one the everyday parts run. Options of a part follow as `--name value` (docs/performance.md).
// Results also go to bench/results/<time>.json. Benchmarks are not tests: a missed goal is shown, not failed; what fails
// is a benchmark that does not work.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { agentOverhead } from './agent/agent-part.mjs'
import { forward } from './system/forward.mjs'
import { growth } from './system/growth.mjs'
import { history } from './system/history.mjs'
import { ingestAndSearch } from './system/ingest-and-search.mjs'
import { startAndIdle } from './system/start-and-idle.mjs'
import { sustained } from './system/sustained.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const goals = JSON.parse(readFileSync(new URL('goals.json', import.meta.url), 'utf8'))

/** What there is, and whether it is part of every run. */
const PARTS = [
  ['agent', agentOverhead, true],
  ['start', startAndIdle, true],
  ['forward', forward, true],
  ['ingest', ingestAndSearch, true],
  ['sustained', sustained, false],
  ['history', history, false],
  ['growth', growth, false],
]

const text = { type: 'string' }
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    short: { type: 'boolean' },
    only: text,
    // sustained, growth: how long; history, growth: how many spans and over how long; where the data is and stays.
    seconds: text,
    spans: text,
    sizes: text,
    over: text,
    of: text,
    'data-dir': text,
  },
})
const short = options.short === true
const asked = options.only === undefined ? positionals : [...positionals, options.only]
const unknown = asked.find((name) => !PARTS.some(([known]) => known === name))
if (unknown !== undefined) {
  console.error(`bench: no part '${unknown}'; there are: ${PARTS.map(([name]) => name).join(', ')}`)
  process.exit(2)
}

const tables = []
const results = {}
for (const [name, part, everyday] of PARTS) {
  if (asked.length === 0 ? !everyday : !asked.includes(name)) continue
  process.stderr.write(`bench: ${name} …\n`)
  const progress = (message) => process.stderr.write(`bench:   ${message}\n`)
  const { tables: its = [], ...figures } = await part({ short, options, progress })
  Object.assign(results, figures)
  tables.push(...its)
}

const machine = {
  processor: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGibibytes: Number((totalmem() / 1024 ** 3).toFixed(1)),
  platform: `${process.platform}-${process.arch}`,
  node: process.version,
  commit: commit(),
  date: new Date().toISOString(),
  short,
}

console.log(alignedTable([['what', 'measured', 'goal', '', 'best known elsewhere'], ...goalRows()]))
for (const { title, columns, rows } of tables) {
  console.log(`\n${title}\n`)
  console.log(
    alignedTable([
      columns,
      ...rows.map((row) => row.map((cell) => (typeof cell === 'number' ? number(cell) : (cell ?? '')))),
    ]),
  )
}
console.log(
  `\n${machine.cores} × ${machine.processor}, ${machine.memoryGibibytes} GiB, ${machine.platform}, Node ${machine.node}, ${machine.commit}` +
    `${results.spans_stored === undefined ? '' : `; ${number(results.spans_stored)} spans stored`}` +
    `${short ? '\nA short run shows that the benchmarks work; its figures mean little.' : ''}`,
)
mkdirSync(`${here}results`, { recursive: true })
const file = `${here}results/${machine.date.replace(/[:.]/g, '-')}.json`
writeFileSync(file, `${JSON.stringify({ machine, results, tables }, null, 2)}\n`)
console.error(`bench: written to ${file.slice(here.length - 'bench/'.length)}`)

function goalRows() {
  return goals
    .filter(({ id }) => results[id] !== undefined)
    .map((goal) => {
      const value = results[goal.id]
      const met = goal.better === 'higher' ? value >= goal.goal : value <= goal.goal
      const mark = met ? 'met' : goal.now !== undefined && value >= goal.now ? 'met for now' : 'missed'
      const sign = goal.better === 'higher' ? '≥' : '≤'
      return [goal.title, `${number(value)} ${goal.unit}`, `${sign} ${number(goal.goal)}`, mark, goal.peer ?? '']
    })
}

function alignedTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column] ?? '').length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => String(cell).padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function number(value) {
  const rounded = Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3))
  return rounded.toLocaleString('en-US')
}

function commit() {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: here }).toString().trim()
  } catch {
    return 'no git'
  }
}
