// What the agent costs a hello-world HTTP server, in CPU microseconds per request as the server process itself counts
// them: no agent, ours, the upstream SDK; in shuffled rounds. Run `npm run build` before.
//   node bench/agent/hello.mjs [--rounds 5] [--requests 20000] [--json]
import { fork } from 'node:child_process'
import http from 'node:http'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    requests: { type: 'string', default: '20000' },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
const requests = Number(values.requests)
const CONNECTIONS = 16

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const ours = ['--import', new URL('../../packages/agent/dist/register.js', import.meta.url).href]
// The upstream distribution that needs no code either, as the agent's own dependency has it.
const ofAgent = createRequire(new URL('../../packages/agent/package.json', import.meta.url))
const upstream = ['--require', ofAgent.resolve('@opentelemetry/auto-instrumentations-node/register')]

const VARIANTS = [
  { name: 'no agent', execArgv: [], env: {} },
  { name: 'clew', execArgv: ours, env: {} },
  { name: 'clew, sampling off', execArgv: ours, env: { OTEL_TRACES_SAMPLER: 'always_off' } },
  { name: 'clew, SDK tracer', execArgv: ours, env: { CLEW_TRACER: 'sdk' } },
  { name: 'upstream SDK', execArgv: upstream, env: {} },
  { name: 'upstream SDK, sampling off', execArgv: upstream, env: { OTEL_TRACES_SAMPLER: 'always_off' } },
].filter(({ name }) => name === 'no agent' || values.only === '' || name.includes(values.only))

const sink = fork(here('./sink.mjs'), { stdio: 'inherit' })
const [{ port: sinkPort }] = await once(sink, 'message')
const results = new Map(VARIANTS.map(({ name }) => [name, []]))
for (let round = 1; round <= rounds; round++) {
  for (const variant of shuffled(VARIANTS)) results.get(variant.name).push(await measure(variant))
  if (!values.json) process.stderr.write(`round ${round} of ${rounds}\n`)
}
sink.disconnect()
report()

async function measure({ name, execArgv, env }) {
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([key]) => !/^(OTEL_|CLEW_|NODE_OPTIONS)/.test(key)),
  )
  const server = fork(here('./hello-server.cjs'), {
    execArgv,
    env: {
      ...clean,
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${sinkPort}`,
      OTEL_SERVICE_NAME: 'hello',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      // The detectors of clouds ask the network, which is not what is measured here.
      ...(execArgv === upstream ? { OTEL_NODE_RESOURCE_DETECTORS: 'env,host,os,process' } : {}),
      ...env,
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const [{ port }] = await once(server, 'message')
  const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  // Long enough for the compiler of the engine to have seen everything.
  await load(port, agent, Math.max(5000, requests / 4))
  const before = await ask(server)
  const sentBefore = await ask(sink)
  await load(port, agent, requests)
  // What was recorded in the time belongs to the cost: the last of it is sent within the usual second.
  await new Promise((resolve) => setTimeout(resolve, 1500))
  const after = await ask(server)
  const sentBytes = (await ask(sink)).bytes - sentBefore.bytes
  agent.destroy()
  server.send('stop')
  await once(server, 'exit')
  const served = after.served - before.served
  if (served !== requests) throw new Error(`${served} of ${requests} requests were counted`)
  // A figure of an agent that did nothing would be a fine one.
  const traces = name !== 'no agent' && env.OTEL_TRACES_SAMPLER === undefined
  if (traces && sentBytes / served < 20) throw new Error(`${name} has sent ${sentBytes} bytes for ${served} requests`)
  return { micros: (after.cpuMicros - before.cpuMicros) / served, rssMb: after.rssBytes / 1e6 }
}

async function ask(child) {
  child.send('usage')
  const [answer] = await once(child, 'message')
  return answer
}

async function load(port, agent, count) {
  let left = count
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (left-- > 0) await get(port, agent)
    }),
  )
}

function get(port, agent) {
  return new Promise((resolve, reject) => {
    const request = http.get({ port, host: '127.0.0.1', path: '/hello?from=bench', agent }, (response) => {
      response.resume().on('end', resolve)
    })
    request.on('error', reject)
  })
}

function report() {
  const bare = results.get('no agent')
  const rows = VARIANTS.map(({ name }) => {
    const runs = results.get(name)
    const ratios = runs.map((run, index) => run.micros / bare[index].micros)
    return {
      variant: name,
      cpuMicrosPerRequest: spread(runs.map((run) => run.micros)),
      ratioToNoAgent: spread(ratios),
      rssMb: spread(runs.map((run) => run.rssMb)),
    }
  })
  if (values.json) {
    console.log(JSON.stringify({ node: process.version, rounds, requests, rows }))
    return
  }
  console.log(`Node ${process.version}, ${rounds} rounds, ${requests} requests each; median [min to max]`)
  for (const row of rows) {
    console.log(
      `${row.variant.padEnd(28)} ${text(row.cpuMicrosPerRequest, 1).padStart(24)} µs` +
        `${text(row.ratioToNoAgent, 2).padStart(22)} x ${text(row.rssMb, 0).padStart(18)} MB`,
    )
  }
}

function spread(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  return { median, min: sorted[0], max: sorted.at(-1) }
}

function text({ median, min, max }, digits) {
  return `${median.toFixed(digits)} [${min.toFixed(digits)} to ${max.toFixed(digits)}]`
}

function shuffled(list) {
  return list
    .map((item) => ({ item, order: Math.random() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ item }) => item)
}
