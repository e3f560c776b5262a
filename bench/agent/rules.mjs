// What a rule costs a function that does next to nothing: as it is, instrumented and off, instrumented and on. Median and
// spread of shuffled rounds, in nanoseconds per call. Run `npm run build` before.
//   node bench/agent/rules.mjs [--rounds 15] [--calls 2000000] [--json]
import { parseArgs } from 'node:util'
import { compileFunction } from 'node:vm'
import { parseRules } from '../../packages/agent/dist/rules/parse-rules.js'
import { setRuleEnabled } from '../../packages/agent/dist/rules/rule-switches.js'
import { instrumentModule } from '../../packages/agent/dist/rules/transform/instrument-module.js'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    calls: { type: 'string', default: '2000000' },
    json: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
const calls = Number(values.calls)

const rules = parseRules(
  `work: { target: $root, enabled: false, where: { func: work }, do: { span: { attributes: { a: $args.0, r: $result } } } }
waits: { target: $root, enabled: false, where: { func: waits }, do: { span: { attributes: { a: $args.0 } } } }
line: { target: $root, enabled: false, where: { file: '**', line: 3 }, do: { event: { name: e, attributes: { a: $vars.a } } } }
call: { target: $root, enabled: false, where: { call: api.add }, do: { span: {} } }`,
  'bench.rules.yaml',
)
const source = `class Till { #n = 1; work(a) { return this.#n + a } async waits(a) { await a; return a } }
class Other { line(a) {
    let b = a
    return b + 1 } call(a) { return api.add(a) } }
const api = { add: (n) => n + 1 }
return { till: new Till(), other: new Other() }`
const file = {
  path: '/b.cjs',
  packageName: 'b',
  packageVersion: '1.0.0',
  packageRoot: '/',
  pathInPackage: 'b.cjs',
  installed: false,
}
const { output } = instrumentModule({ source, file, inputMap: undefined, rules, importRuntime: () => '' })
const plain = compileFunction(source)()
const changed = compileFunction(output.code)()

// Each form gets a loop of its own, so that one does not spoil what the engine knows about another.
const loop = (expression) => () =>
  compileFunction(`let s = 0; for (let i = 0; i < n; i++) s += ${expression}; return s`, ['t', 'n'])
const asyncLoop = () =>
  compileFunction('return (async () => { for (let i = 0; i < n; i++) await t.waits(i) })()', ['t', 'n'])

const CASES = [
  { name: 'method', make: loop('t.work(i)'), plain: plain.till, changed: changed.till },
  { name: 'line in a method', make: loop('t.line(i)'), plain: plain.other, changed: changed.other },
  { name: 'call of another', make: loop('t.call(i)'), plain: plain.other, changed: changed.other },
  { name: 'async method with one await', make: asyncLoop, plain: plain.till, changed: changed.till, share: 10 },
]

const variants = CASES.flatMap(({ name, make, plain, changed, share = 1 }) => {
  return [
    { name, form: 'as it is', run: make(), on: plain, share, times: [] },
    { name, form: 'instrumented, off', run: make(), on: changed, share, times: [] },
  ]
})

for (const variant of variants) await measure(variant)
for (let round = 0; round < rounds; round++) {
  for (const variant of shuffled(variants)) variant.times.push(await measure(variant))
}
// Last, because it changes what the engine has learnt: no OpenTelemetry is registered here, so this is the branch alone.
setRuleEnabled('work', true)
const on = {
  name: 'method',
  form: 'on, nothing registered',
  run: loop('t.work(i)')(),
  on: changed.till,
  share: 10,
  times: [],
}
for (let round = 0; round < rounds; round++) on.times.push(await measure(on))

const rows = [...variants, on].map(({ name, form, times }) => {
  const sorted = times.toSorted((a, b) => a - b)
  return { name, form, nanos: sorted[sorted.length >> 1], min: sorted[0], max: sorted.at(-1) }
})
for (const row of rows) {
  const base = rows.find((other) => other.name === row.name && other.form === 'as it is')
  row.added = row.nanos - base.nanos
}
if (values.json) console.log(JSON.stringify({ node: process.version, rows }))
else {
  console.log(`Node ${process.version}, ${rounds} rounds of ${calls} calls, ns per call: median [min to max]`)
  for (const { name, form, nanos, min, max, added } of rows) {
    const figures = `${nanos.toFixed(2).padStart(8)} [${min.toFixed(2)} to ${max.toFixed(2)}]`
    console.log(
      `${name.padEnd(28)} ${form.padEnd(24)} ${figures.padEnd(30)} ${form === 'as it is' ? '' : `+${added.toFixed(2)}`}`,
    )
  }
}

async function measure({ run, on: target, share }) {
  const count = Math.round(calls / share)
  const started = process.hrtime.bigint()
  await run(target, count)
  return Number(process.hrtime.bigint() - started) / count
}

function shuffled(list) {
  return list
    .map((item) => [Math.random(), item])
    .toSorted(([a], [b]) => a - b)
    .map(([, item]) => item)
}
