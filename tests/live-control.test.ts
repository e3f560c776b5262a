import { mkdirSync, writeFileSync } from 'node:fs'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL, fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  cleanEnvironment,
  eventually,
  newDataDir,
  removeDataDirs,
  runClew,
  startClew,
  type ClewProcess,
} from './clew-process.ts'
import { inForce, SteeredServices, type Agent, type Service } from './steered-services.ts'

const REGISTER = pathToFileURL(fileURLToPath(new URL('../packages/agent/dist/register.js', import.meta.url))).href

/** One with a function that a rule can name. */
const WITH_PRICE = `
import { createServer } from 'node:http'
function price(cents) { return cents * 2 }
createServer((request, response) => response.end(String(price(21))))
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

let clew: ClewProcess
const steered = new SteeredServices(() => clew)
const startService = (name: string, env?: Record<string, string>, main?: string): Promise<Service> =>
  steered.start(name, env, main)
const agentOf = (name: string): Promise<Agent | undefined> => steered.agentOf(name)
const connected = (name: string): Promise<Agent> => steered.connected(name)
const set = (...args: string[]): Promise<void> => steered.set(...args)

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
  await steered.stop()
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
