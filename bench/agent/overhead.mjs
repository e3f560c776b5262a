// What agents cost a server, in CPU microseconds per request as the server process itself counts them: no agent, ours,
// and others, in one run and shuffled rounds. Run `npm run build` before; the others are installed under .cache.
//   node bench/agent/overhead.mjs [--apps hello,express,fastify] [--rounds 5] [--requests 20000] [--only clew] [--json]
//   node bench/agent/overhead.mjs --profiles      only ours on hello-world, with profiles off and on
import { fork } from 'node:child_process'
import http from 'node:http'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { installPeers } from './install-peers.mjs'

const CONNECTIONS = 16
const APPS = { hello: '/hello?from=bench', express: '/orders/17', fastify: '/orders/17' }

const here = (path) => fileURLToPath(new URL(path, import.meta.url))

/** Measures and returns one row for each program and agent. */
export async function measureOverhead({
  apps = ['hello'],
  rounds = 5,
  requests = 20_000,
  only = '',
  peers = true,
  profiles = false,
  progress,
}) {
  // Hello-world and our own agent need nothing that is not here.
  const { require, apps: folder } = peers ? installPeers() : { require: undefined, apps: here('./apps') }
  const all = [...variantsWith(require), ...(profiles ? profiling() : [])]
  const variants = all.filter(({ name }) => name === 'no agent' || name.includes(only))
  const sink = fork(here('./sink.mjs'), { stdio: 'inherit' })
  const backends = fork(here('./backends.mjs'), { stdio: 'inherit' })
  const [[{ port: sinkPort }], [ports]] = await Promise.all([once(sink, 'message'), once(backends, 'message')])
  const rows = []
  try {
    for (const app of apps) {
      const results = new Map(variants.map(({ name }) => [name, []]))
      for (let round = 1; round <= rounds; round++) {
        for (const variant of shuffled(variants)) {
          const program = join(folder, `${app}.cjs`)
          const run = await measure({ variant, program, path: APPS[app], requests, sink, sinkPort, ports })
          results.get(variant.name).push(run)
        }
        progress?.(`${app}, round ${round} of ${rounds}`)
      }
      rows.push(...summary(app, variants, results))
    }
  } finally {
    sink.disconnect()
    backends.disconnect()
  }
  return rows
}

const ours = ['--import', new URL('../../packages/agent/dist/register.js', import.meta.url).href]

/** Ours, with profiles. */
function profiling() {
  return [
    { name: 'clew, wall profile', execArgv: ours, env: { CLEW_PROFILES: 'on', CLEW_PROFILES_KINDS: 'wall' } },
    { name: 'clew, heap profile', execArgv: ours, env: { CLEW_PROFILES: 'on', CLEW_PROFILES_KINDS: 'heap' } },
    { name: 'clew, both profiles', execArgv: ours, env: { CLEW_PROFILES: 'on' } },
  ]
}

function variantsWith(require) {
  // The detectors of clouds ask the network, which is not what is measured here.
  const local = { OTEL_NODE_RESOURCE_DETECTORS: 'env,host,os,process' }
  const off = { OTEL_TRACES_SAMPLER: 'always_off' }
  const own = [
    { name: 'no agent', execArgv: [], env: {} },
    { name: 'clew', execArgv: ours, env: {} },
    { name: 'clew, sampling off', execArgv: ours, env: off },
  ]
  if (require === undefined) return own
  const upstream = ['--require', require.resolve('@opentelemetry/auto-instrumentations-node/register')]
  const elastic = ['--import', pathToFileURL(require.resolve('@elastic/opentelemetry-node')).href]
  return [
    ...own,
    { name: 'upstream', execArgv: upstream, env: local },
    { name: 'upstream, sampling off', execArgv: upstream, env: { ...local, ...off } },
    { name: 'elastic', execArgv: elastic, env: local },
    { name: 'datadog', execArgv: ['--require', require.resolve('dd-trace/init')], env: {}, datadog: true },
  ]
}

async function measure({ variant, program, path, requests, sink, sinkPort, ports }) {
  const { name, execArgv, env, datadog } = variant
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(([key]) => !/^(OTEL_|CLEW_|DD_|NODE_OPTIONS)/.test(key)),
  )
  const target = datadog
    ? {
        DD_TRACE_AGENT_URL: `http://127.0.0.1:${sinkPort}`,
        DD_SERVICE: 'bench',
        DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
        DD_TRACE_STARTUP_LOGS: 'false',
      }
    : {
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${sinkPort}`,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
        OTEL_SERVICE_NAME: 'bench',
      }
  const startedMs = performance.now()
  const server = fork(program, {
    execArgv,
    env: { ...clean, BENCH_PG_PORT: `${ports.pgPort}`, BENCH_HTTP_PORT: `${ports.httpPort}`, ...target, ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const [{ port }] = await once(server, 'message')
  const startMs = performance.now() - startedMs
  const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  // Long enough for the compiler of the engine to have seen everything.
  await load(port, path, agent, Math.max(3000, requests / 3))
  const before = await ask(server)
  const sentBefore = await ask(sink)
  await load(port, path, agent, requests)
  // What was recorded in the time belongs to the cost: the last of it is sent within some seconds.
  await new Promise((resolve) => setTimeout(resolve, 2500))
  const after = await ask(server)
  const sentBytes = (await ask(sink)).bytes - sentBefore.bytes
  agent.destroy()
  server.send('stop')
  await once(server, 'exit')
  const served = after.served - before.served
  if (served !== requests) throw new Error(`${name}: ${served} of ${requests} requests were counted`)
  // A figure of an agent that did nothing would be a fine one.
  const traces = name !== 'no agent' && env.OTEL_TRACES_SAMPLER === undefined
  if (traces && sentBytes / served < 20) throw new Error(`${name} has sent ${sentBytes} bytes for ${served} requests`)
  return { micros: (after.cpuMicros - before.cpuMicros) / served, rssMb: after.rssBytes / 1e6, startMs }
}

async function ask(child) {
  child.send('usage')
  const [answer] = await once(child, 'message')
  return answer
}

async function load(port, path, agent, count) {
  let left = count
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (left-- > 0) await get(port, path, agent)
    }),
  )
}

function get(port, path, agent) {
  return new Promise((resolve, reject) => {
    const request = http.get({ port, host: '127.0.0.1', path, agent }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`the server under test answers ${response.statusCode}`))
      response.resume().on('end', resolve)
    })
    request.on('error', reject)
  })
}

function summary(app, variants, results) {
  const bare = results.get('no agent')
  return variants.map(({ name }) => {
    const runs = results.get(name)
    const against = (pick) => runs.map((run, index) => pick(run, bare[index]))
    return {
      app,
      variant: name,
      cpuMicrosPerRequest: spread(runs.map((run) => run.micros)),
      ratioToNoAgent: spread(against((run, none) => run.micros / none.micros)),
      rssAddedMb: spread(against((run, none) => run.rssMb - none.rssMb)),
      startAddedMs: spread(against((run, none) => run.startMs - none.startMs)),
    }
  })
}

function spread(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  return { median, min: sorted[0], max: sorted.at(-1) }
}

function shuffled(list) {
  return list
    .map((item) => ({ item, order: Math.random() }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ item }) => item)
}

function text({ median, min, max }, digits) {
  return `${median.toFixed(digits)} [${min.toFixed(digits)} to ${max.toFixed(digits)}]`
}

function print(rows) {
  for (const { app, variant, cpuMicrosPerRequest, ratioToNoAgent, rssAddedMb, startAddedMs } of rows) {
    console.log(
      `${app.padEnd(8)} ${variant.padEnd(22)} ${text(cpuMicrosPerRequest, 1).padStart(24)} µs` +
        `${text(ratioToNoAgent, 2).padStart(22)} x ${text(rssAddedMb, 0).padStart(18)} MB` +
        `${text(startAddedMs, 0).padStart(18)} ms`,
    )
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: {
      apps: { type: 'string', default: 'hello,express,fastify' },
      rounds: { type: 'string', default: '5' },
      requests: { type: 'string', default: '20000' },
      only: { type: 'string', default: '' },
      json: { type: 'boolean', default: false },
      profiles: { type: 'boolean', default: false },
    },
  })
  const [rounds, requests] = [Number(values.rounds), Number(values.requests)]
  const progress = (line) => process.stderr.write(`${line}\n`)
  const { only, profiles } = values
  const apps = profiles ? ['hello'] : values.apps.split(',')
  const rows = await measureOverhead({ apps, rounds, requests, only, profiles, peers: !profiles, progress })
  if (values.json) console.log(JSON.stringify({ node: process.version, rounds, requests, rows }))
  else {
    console.log(
      `Node ${process.version}, ${rounds} rounds, ${requests} requests each; median [min to max] of processor`,
    )
    console.log('time per request, of its ratio to no agent in the same round, of memory and start-up time added')
    print(rows)
  }
}
