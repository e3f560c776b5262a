// `npm run bench [-- --short] [-- --only ingest]`: measures the built Clew from outside and prints it beside the goals.
// Results also go to bench/results/<time>.json. Benchmarks are not tests: a missed goal is shown, not failed; what fails
// is a benchmark that does not work.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'
import { agentOverhead } from './agent/agent-part.mjs'
import { forward } from './system/forward.mjs'
import { ingestAndSearch } from './system/ingest-and-search.mjs'
import { startAndIdle } from './system/start-and-idle.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const goals = JSON.parse(readFileSync(new URL('goals.json', import.meta.url), 'utf8'))
const args = process.argv.slice(2)
const short = args.includes('--short')
const only = args.includes('--only') ? args[args.indexOf('--only') + 1] : undefined

const PARTS = [
  ['agent', agentOverhead],
  ['start', startAndIdle],
  ['forward', forward],
  ['ingest', ingestAndSearch],
]

const results = {}
for (const [name, part] of PARTS) {
  if (only !== undefined && only !== name) continue
  process.stderr.write(`bench: ${name} …\n`)
  Object.assign(results, await part({ short, progress: (text) => process.stderr.write(`bench:   ${text}\n`) }))
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

console.log(table())
console.log(
  `\n${machine.cores} × ${machine.processor}, ${machine.memoryGibibytes} GiB, ${machine.platform}, Node ${machine.node}, ${machine.commit}` +
    `${results.spans_stored === undefined ? '' : `; ${number(results.spans_stored)} spans stored`}` +
    `${short ? '\nA short run shows that the benchmarks work; its figures mean little.' : ''}`,
)
mkdirSync(`${here}results`, { recursive: true })
const file = `${here}results/${machine.date.replace(/[:.]/g, '-')}.json`
writeFileSync(file, `${JSON.stringify({ machine, results }, null, 2)}\n`)
console.error(`bench: written to ${file.slice(here.length - 'bench/'.length)}`)

function table() {
  const rows = goals
    .filter(({ id }) => results[id] !== undefined)
    .map((goal) => {
      const value = results[goal.id]
      const met = goal.better === 'higher' ? value >= goal.goal : value <= goal.goal
      const mark = met ? 'met' : goal.now !== undefined && value >= goal.now ? 'met for now' : 'missed'
      const sign = goal.better === 'higher' ? '≥' : '≤'
      return [goal.title, `${number(value)} ${goal.unit}`, `${sign} ${number(goal.goal)}`, mark, goal.peer ?? '']
    })
  const all = [['what', 'measured', 'goal', '', 'best known elsewhere'], ...rows]
  const widths = all[0].map((_, column) => Math.max(...all.map((row) => row[column].length)))
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
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
