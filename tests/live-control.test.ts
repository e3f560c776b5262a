import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { spawn, type ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL, fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OtlpSink } from '@clew/testkit/otlp-sink'
import { oracleProfiles } from '@clew/testkit/profiles-oracle'
import {
  cleanEnvironment,
  eventually,
  newDataDir,
  removeDataDirs,
  runClew,
  startClew,
  type ClewProcess,
} from './clew-process.ts'

const REGISTER = pathToFileURL(fileURLToPath(new URL('../packages/agent/dist/register.js', import.meta.url))).href

/** A server that makes a span a request, says its port, and lives until it is told to end. */
const SERVER = `
import { createServer } from 'node:http'
createServer((request, response) => {
  if (request.url.startsWith('/fail')) response.statusCode = 500
  console.debug('debug record')
  response.end('ok')
}).listen(0, '127.0.0.1', function () { console.log('port', this.address().port) })
process.on('SIGTERM', () => process.exit(0))
`

/** One with a function that a rule can name. */
const WITH_PRICE = `
import { createServer } from 'node:http'
function price(cents) { return cents * 2 }
createServer((request, response) => response.end(String(price(21))))
  .listen(0, '127.0.0.1', function () { console.log('port', this.address().port) })
`

/** One whose requests keep the processor busy. */
const BURNING = `
import { createServer } from 'node:http'
function burnInRequest(ms) { for (const end = Date.now() + ms; Date.now() < end; ) Math.sqrt(end) }
createServer((request, response) => { burnInRequest(300); response.end('ok') })
  .listen(0, '127.0.0.1', function () { console.log('port', this.address().port) })
`

/** The same server in a worker thread. */
const IN_WORKER = `
import { Worker } from 'node:worker_threads'
new Worker(new URL('server.mjs', import.meta.url))
setInterval(() => undefined, 1000)
`
/** Every request is answered by a thread of its own. */
const IN_LATE_WORKER = `
import { createServer } from 'node:http'
import { Worker } from 'node:worker_threads'
createServer((request, response) => {
  const worker = new Worker(new URL('server.mjs', import.meta.url), { stdout: true })
  worker.stdout.on('data', async (text) => {
    const port = /port (\\d+)/.exec(String(text))?.[1]
    // The thread hears of the settings in a moment.
    if (port) setTimeout(async () => {
      response.end(await (await fetch('http://127.0.0.1:' + port, { headers: { traceparent: request.headers.traceparent } })).text())
      setTimeout(() => worker.terminate(), 1000)
    }, 500)
  })
}).listen(0, '127.0.0.1', function () { console.log('port', this.address().port) })
`

interface Service {
  readonly name: string
  readonly child: ChildProcess
  readonly stderr: () => string
  /** Sends a request; gives the hex of its trace. */
  readonly call: (path?: string) => Promise<string>
  readonly ended: Promise<number | null>
}

let clew: ClewProcess
const services: Service[] = []
let callCount = 0

async function startService(name: string, env: Record<string, string> = {}, main = SERVER): Promise<Service> {
  const folder = newDataDir()
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'server.mjs'), SERVER)
  const file = join(folder, 'main.mjs')
  writeFileSync(file, main)
  const child = spawn(process.execPath, ['--import', REGISTER, file], {
    env: cleanEnvironment({
      OTEL_SERVICE_NAME: name,
      OTEL_EXPORTER_OTLP_ENDPOINT: clew.otlpHttp,
      OTEL_BSP_SCHEDULE_DELAY: '100',
      OTEL_BLRP_SCHEDULE_DELAY: '100',
      CLEW_CONTROL_ENDPOINT: clew.ui,
      ...env,
    }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stderr = ''
  child.stderr.on('data', (text: Buffer) => (stderr += String(text)))
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const port = await new Promise<string>((resolve, reject) => {
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => {
      text += String(chunk)
      const found = /port (\d+)/.exec(text)?.[1]
      if (found !== undefined) resolve(found)
    })
    child.on('close', () => reject(new Error(`ended: ${text}${stderr}`)))
  })
  const call = async (path = '/'): Promise<string> => {
    // Ids whose randomness is the lowest there is: no share below 1 keeps them.
    const traceId = `${(++callCount).toString(16).padStart(14, '0')}ab${'00'.repeat(7)}${(callCount % 256).toString(16).padStart(2, '0')}`
    const traceparent = `00-${traceId}-00f067aa0ba902b7-02`
    await (await fetch(`http://127.0.0.1:${port}${path}`, { headers: { traceparent } })).text()
    return traceId
  }
  const service = { name, child, stderr: () => stderr, call, ended }
  services.push(service)
  return service
}

interface Agent {
  id: string
  service: string
  transport: string
  connected: boolean
  configStatus: string
  configError: string
  effective: { name: string; text: string }[]
}

async function agentOf(name: string): Promise<Agent | undefined> {
  const answer = (await (await fetch(`${clew.ui}/api/agents?service=${name}`)).json()) as { agents: Agent[] }
  return answer.agents.find(({ connected }) => connected)
}

const connected = (name: string): Promise<Agent> => eventually(() => agentOf(name))

async function set(...args: string[]): Promise<void> {
  const { code, stderr } = await runClew(['agents', 'set', ...args], { env: clew.env })
  expect(stderr).toBe('')
  expect(code).toBe(0)
}

const inForce = (agent: Agent | undefined): Record<string, Record<string, unknown>> =>
  JSON.parse(agent?.effective[0]?.text ?? '{}') as Record<string, Record<string, unknown>>

/** All profiles in a folder, as bytes that texts can be looked for in. */
const profileTexts = (folder: string): string =>
  (existsSync(folder) ? readdirSync(folder) : [])
    .filter((file) => file.endsWith('.pprof.gz'))
    .map((file) => gunzipSync(readFileSync(join(folder, file))).toString('latin1'))
    .join('\n')

const isStored = async (traceId: string): Promise<boolean> => (await fetch(`${clew.ui}/api/traces/${traceId}`)).ok

/** Calls until one of the traces arrives; its id. */
async function callUntilStored(service: Service, path = '/'): Promise<string> {
  const ids: string[] = []
  return await eventually(async () => {
    ids.push(await service.call(path))
    for (const id of ids) if (await isStored(id)) return id
    return undefined
  })
}

beforeAll(async () => {
  clew = await startClew()
})
afterAll(async () => {
  for (const { child } of services) child.kill('SIGKILL')
  await Promise.all(services.map(({ ended }) => ended))
  await clew?.stop()
  removeDataDirs()
})

describe.each([
  ['websocket', 'over-websocket'],
  ['http', 'over-http'],
])('a running program, over %s', (transport, name) => {
  it('takes a share for a while and goes back by itself', async () => {
    const service = await startService(name, { CLEW_CONTROL_TRANSPORT: transport })
    expect(await connected(name)).toMatchObject({ transport, configStatus: 'none' })
    const before = await service.call()
    await set('--service', name, '--sample', '1.0', '--for', '6s')
    const kept = await callUntilStored(service)
    expect(await (await fetch(`${clew.ui}/api/traces/${kept}`)).json()).toMatchObject({ adjustedCount: 1 })
    await eventually(async () => ((await agentOf(name))?.configStatus === 'applied' ? true : undefined))
    expect(await isStored(before)).toBe(false)
    const back = await eventually(async () => {
      const agent = await agentOf(name)
      return inForce(agent)['sampling']?.['share'] === 1 &&
        agent?.configStatus === 'applied' &&
        (await settingsOf(name)) === 0
        ? agent
        : undefined
    })
    expect(back.configError).toBe('')
    const after = await service.call()
    await callUntilStoredBy(name, service)
    expect(await isStored(after)).toBe(false)
    expect(service.stderr()).toBe('')
  })
})

async function settingsOf(name: string): Promise<number> {
  const answer = (await (await fetch(`${clew.ui}/api/agents?service=${name}`)).json()) as { settings: object[] }
  return answer.settings.length
}

/** Makes sure that what was sent before has arrived: something later has. */
async function callUntilStoredBy(name: string, service: Service): Promise<void> {
  await set('--service', name, '--sample', '1')
  await callUntilStored(service)
  expect((await runClew(['agents', 'clear', '--service', name], { env: clew.env })).code).toBe(0)
}

it('keeps what fails although its caller did not; instrumentations, logs and what cannot be done', async () => {
  const name = 'tail'
  const service = await startService(name)
  const { id } = await connected(name)
  await set('--service', name, '--keep-errors', '--min-severity', 'info', '--log-level', 'warn')
  await eventually(async () => (inForce(await agentOf(name))['sampling']?.['tail'] === undefined ? undefined : true))
  const fine = await service.call('/fine')
  await callUntilStored(service, '/fail')
  expect(await isStored(fine)).toBe(false)

  await set(
    '--agent',
    id.slice(0, 20),
    '--instrumentation',
    'http=off',
    '--profile',
    '--instrumentation-rule',
    'price=on',
  )
  const failed = await eventually(async () => {
    const agent = await agentOf(name)
    return agent?.configStatus === 'failed' ? agent : undefined
  })
  expect(failed.configError).toContain('there is no rule price')
  expect(inForce(failed)['instrumentations']).toMatchObject({ http: false })
  expect(inForce(failed)).toMatchObject({ minSeverity: 'info', logLevel: 'warn' })
  const off = await service.call('/fail')
  const show = await runClew(['agents', 'show', name], { env: clew.env })
  expect(show.stdout).toContain('not applied')
  expect((await runClew(['agents', 'clear', '--all'], { env: clew.env })).stdout).toContain(
    '{"sampling":{"tail":{"errors":true}}',
  )
  await eventually(async () => ((await agentOf(name))?.configStatus === 'applied' ? true : undefined))
  await set('--service', name, '--keep-errors')
  await callUntilStored(service, '/fail')
  expect(await isStored(off)).toBe(false)
})

it('switches a rule of CLEW_RULES off and on again', async () => {
  const name = 'by-rule'
  const folder = newDataDir()
  mkdirSync(folder, { recursive: true })
  const rules = join(folder, 'clew.rules.yaml')
  writeFileSync(rules, 'priced:\n  target: $root\n  where: { func: price }\n  do: { span: { name: priced } }\n')
  const service = await startService(name, { CLEW_RULES: rules }, WITH_PRICE)
  await connected(name)
  const hasSpan = async (): Promise<boolean> => {
    const id = await callUntilStored(service)
    return (await (await fetch(`${clew.ui}/api/traces/${id}`)).text()).includes('"priced"')
  }
  await set('--service', name, '--sample', '1', '--instrumentation-rule', 'priced=on')
  await eventually(async () => ((await hasSpan()) ? true : undefined))
  await set('--service', name, '--sample', '1', '--instrumentation-rule', 'priced=off')
  await eventually(async () => ((await hasSpan()) ? undefined : true))
  expect(await agentOf(name)).toMatchObject({ configStatus: 'applied', configError: '' })
  await set('--service', name, '--sample', '1', '--instrumentation-rule', 'priced=on')
  await eventually(async () => ((await hasSpan()) ? true : undefined))
})

it('takes profiles for a while and ends by itself; a request is in them although its trace is not kept', async () => {
  const name = 'profiled'
  const folder = newDataDir()
  const sink = await OtlpSink.start()
  const settings = {
    CLEW_PROFILES_DIR: folder,
    CLEW_PROFILES_INTERVAL: '500',
    CLEW_AUTH_TOKEN: 'of-the-start',
    OTEL_EXPORTER_OTLP_PROFILES_ENDPOINT: `${sink.url}/v1development/profiles`,
  }
  const service = await startService(name, settings, BURNING)
  await connected(name)
  const profiling = async (): Promise<unknown> => inForce(await agentOf(name))['profile']
  const traceId = await service.call()
  await eventually(async () => ((await profiling()) === false ? true : undefined))
  await set('--service', name, '--profile', '--for', '12s')
  await eventually(async () => ((await profiling()) === true ? true : undefined))
  const whileOn = await service.call()
  const texts = await eventually(async () => {
    const all = profileTexts(folder)
    // What the engine had put into its caller before is seen by its own name when it is compiled again.
    if (!all.includes('burnInRequest')) await service.call()
    return all.includes(whileOn) && all.includes('burnInRequest') ? all : undefined
  })
  expect(texts).not.toContain(traceId)
  expect(await isStored(whileOn)).toBe(false)

  const off = await eventually(async () => {
    const agent = await agentOf(name)
    return inForce(agent)['profile'] === false ? agent : undefined
  })
  expect(off).toMatchObject({ configStatus: 'applied', configError: '' })
  const afterwards = await service.call()
  await set('--service', name, '--profile')
  await eventually(async () => ((await profiling()) === true ? true : undefined))
  const again = await service.call()
  const later = await eventually(() => {
    const all = profileTexts(folder)
    return all.includes(again) ? all : undefined
  })
  expect(later).not.toContain(afterwards)
  expect((await runClew(['agents', 'clear', '--service', name], { env: clew.env })).code).toBe(0)
  expect(service.stderr()).toBe('')
  const sent = sink.profiles.flatMap((body) => oracleProfiles(body)).flatMap(({ samples }) => samples)
  expect(new Set(sent.map((sample) => sample.traceId))).toContain(whileOn)
  // What was there at the start holds, also for what begins later.
  expect(sink.requests[0]?.headers.authorization).toBe('Bearer of-the-start')
  await sink.close()
})

it('ends profiles that nobody takes, and says so', async () => {
  const name = 'profiled-for-nobody'
  await startService(name, { CLEW_PROFILES_INTERVAL: '500' })
  await connected(name)
  await set('--service', name, '--profile', '--for', '1h')
  const show = await eventually(async () => {
    const { stdout } = await runClew(['agents', 'show', name], { env: clew.env })
    return stdout.includes('profiles are not sent') ? stdout : undefined
  })
  expect(show.match(/profiles are not supported/g)).toHaveLength(1)
  expect(show).toContain(
    'HTTP 404 (profiles are not supported); none are taken any more; CLEW_PROFILES_DIR writes them',
  )
  expect(inForce(await agentOf(name))['profile']).toBe(false)
})

it('worker threads follow the main thread, those that start later too', async () => {
  const name = 'threads'
  const service = await startService(name, {}, IN_WORKER)
  await connected(name)
  await set('--service', name, '--sample', '1')
  await callUntilStored(service)
  const { agents } = (await (await fetch(`${clew.ui}/api/agents?service=${name}`)).json()) as { agents: Agent[] }
  expect(agents).toHaveLength(1)
  const late = await startService('late-thread', {}, IN_LATE_WORKER)
  await connected('late-thread')
  await set('--service', 'late-thread', '--sample', '1')
  await callUntilStored(late)
})

it('jaeger_remote asks /sampling', async () => {
  const service = await startService('by-jaeger', {
    CLEW_CONTROL_TRANSPORT: 'http',
    OTEL_TRACES_SAMPLER: 'jaeger_remote',
    OTEL_TRACES_SAMPLER_ARG: 'initialSamplingRate=0',
  })
  expect(await (await fetch(`${clew.ui}/sampling?service=by-jaeger`)).json()).toEqual({
    strategyType: 'PROBABILISTIC',
    probabilisticSampling: { samplingRate: 1 },
  })
  await callUntilStored(service)
})

it('a server that restarts has kept what was set, and agents come back to it', async () => {
  const name = 'survivor'
  const service = await startService(name)
  await connected(name)
  await set('--service', name, '--sample', '1', '--for', '1h')
  const url = new URL(clew.ui)
  const otlp = new URL(clew.otlpHttp)
  await clew.stop()
  clew = await startClew(clew.dataDir, ['--port', url.port, '--otlp-http-port', otlp.port])
  expect(await settingsOf(name)).toBe(1)
  await connected(name)
  await callUntilStored(service)
  expect((await runClew(['agents', 'list'], { env: clew.env })).stdout).toMatch(/survivor .* ok +applied/)
})

it('a program that is done ends at once, whether the control plane is there or not', async () => {
  const folder = newDataDir()
  const file = join(folder, 'short.mjs')
  writeFileSync(file, 'await new Promise((resolve) => setTimeout(resolve, 1500)); console.log("done")')
  for (const endpoint of [clew.ui, 'http://127.0.0.1:1']) {
    const child = spawn(process.execPath, ['--import', REGISTER, file], {
      env: cleanEnvironment({ OTEL_EXPORTER_OTLP_ENDPOINT: clew.otlpHttp, CLEW_CONTROL_ENDPOINT: endpoint }),
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (output += String(text)))
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0)
    expect(output).toBe('done\n')
  }
})

describe('clew agents', () => {
  it.each([
    [2, ['set']],
    [2, ['set', '--service', 'x']],
    [2, ['set', '--service', 'x', '--sample', '1.1']],
    [2, ['set', '--service', 'x', '--sample', '1', '--for', 'soon']],
    [2, ['set', '--service', 'x', '--rule', 'path=/a']],
    [2, ['set', '--service', 'x', '--instrumentation', 'pg']],
    [2, ['set', '--service', 'x', '--settings', '{"sampling":{"share":"all"}}']],
    [2, ['clear']],
    [4, ['clear', '--id', 'nothing']],
    [4, ['show', 'nobody']],
  ])('ends with %d: %j', async (code, args) => {
    const finished = await runClew(['agents', ...args], { env: clew.env })
    expect(finished.code, finished.stderr).toBe(code)
    expect(finished.stdout).toBe('')
  })
})
