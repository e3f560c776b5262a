import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@clew/base/logger'
import { keyValues } from '@clew/opamp/attributes'
import {
  AGENT_CAPABILITY,
  decodeServerToAgent,
  encodeAgentToServer,
  SERVER_FLAG,
  type AgentToServer,
  type ServerToAgent,
} from '@clew/opamp/messages'
import { FakeClock } from '@clew/testkit/fake-clock'
import { ROOT_CONTEXT, SpanKind } from '@opentelemetry/api'
import { JaegerRemoteSampler } from '@opentelemetry/sampler-jaeger-remote'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { hex } from './agent-record.ts'
import { openControl, type Control } from './control.ts'

const require = createRequire(import.meta.url)

let dataDir: string
let clock: FakeClock
let control: Control

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'clew-control-'))
  clock = new FakeClock()
  control = await openControl({ dataDir, clock, logger: silentLogger })
})
afterEach(async () => {
  await control.close()
  await rm(dataDir, { recursive: true, force: true })
})

async function restart(): Promise<void> {
  await control.close()
  control = await openControl({ dataDir, clock, logger: silentLogger })
}

const ORDERS = { service: 'orders', agent: null }
const shareOf = (service: string): number | undefined => control.settings.settingsFor({ service }).sampling?.share

describe('what is set', () => {
  it('is in force for its service or all, the later one first, until its time is over', async () => {
    await control.settings.set({ service: '*', agent: null }, { sampling: { share: 0.1 } }, null)
    await control.settings.set(ORDERS, { sampling: { share: 1 } }, 600_000)
    expect([shareOf('orders'), shareOf('stock')]).toEqual([1, 0.1])
    expect(control.settings.scheduleFor({ service: 'orders' })).toEqual([
      { atMs: clock.unixMillis() + 600_000, settings: { sampling: { share: 0.1 } } },
    ])
    await clock.advance(599_999)
    expect(shareOf('orders')).toBe(1)
    await clock.advance(1)
    expect([shareOf('orders'), control.settings.all.length]).toEqual([0.1, 1])
  })

  it('outlives a restart, with the time it has left', async () => {
    await control.settings.set(ORDERS, { sampling: { share: 1 } }, 600_000)
    await control.settings.set({ service: 'stock', agent: null }, { logLevel: 'debug' }, null)
    await clock.advance(300_000)
    await restart()
    expect(shareOf('orders')).toBe(1)
    await clock.advance(300_000)
    expect(shareOf('orders')).toBeUndefined()
    await restart()
    expect(control.settings.all.map(({ service }) => service)).toEqual(['stock'])
  })

  it('that runs out while nobody runs is gone at the start', async () => {
    await control.settings.set(ORDERS, { sampling: { share: 1 } }, 600_000)
    await control.close()
    await clock.advance(600_000)
    control = await openControl({ dataDir, clock, logger: silentLogger })
    expect(control.settings.all).toEqual([])
  })

  it('for good joins what was set for good before', async () => {
    await control.settings.set(ORDERS, { sampling: { share: 1 } }, null)
    await control.settings.set(ORDERS, { instrumentations: { pg: false } }, null)
    expect(control.settings.all.map(({ settings }) => settings)).toEqual([
      { sampling: { share: 1 }, instrumentations: { pg: false } },
    ])
    expect(await control.settings.clear(({ service }) => service === 'orders')).toHaveLength(1)
    await restart()
    expect(control.settings.all).toEqual([])
  })

  it('in a damaged file is set aside, and the server starts', async () => {
    await control.settings.set(ORDERS, { profile: true }, null)
    await control.close()
    const file = join(dataDir, 'control', 'settings.json')
    await writeFile(file, (await readFile(file, 'utf8')).slice(0, -20))
    control = await openControl({ dataDir, clock, logger: silentLogger })
    expect(control.settings.all).toEqual([])
    expect(await readFile(`${file}.damaged`, 'utf8')).toContain('orders')
  })

  it('stops at a thousand', async () => {
    for (let i = 0; i < 1000; i++) void control.settings.set({ service: `s${i}`, agent: null }, { profile: true }, null)
    await expect(control.settings.set(ORDERS, { profile: true }, null)).rejects.toMatchObject({
      code: 'TOO_MANY_SETTINGS',
    })
    await expect(control.settings.set({ service: 's1', agent: null }, { profile: false }, null)).resolves.toBeDefined()
  })
})

const UID = Uint8Array.from({ length: 16 }, (_, i) => i + 1)
const CLEW =
  AGENT_CAPABILITY.acceptsRemoteConfig | AGENT_CAPABILITY.reportsRemoteConfig | AGENT_CAPABILITY.reportsStatus

function message(sequenceNum: number, more: Partial<AgentToServer> = {}): AgentToServer {
  return { instanceUid: UID, sequenceNum, capabilities: CLEW, ...more }
}

const DESCRIBED = {
  agentDescription: {
    identifyingAttributes: keyValues({ 'service.name': 'orders' }),
    nonIdentifyingAttributes: keyValues({ 'telemetry.distro.name': 'clew', 'process.pid': 7 }),
  },
}

async function exchange(sent: AgentToServer, waitMs = 0, userAgent = ''): Promise<ServerToAgent> {
  const abort = new AbortController().signal
  const { status, body } = await control.exchange(encodeAgentToServer(sent), { userAgent, waitMs, abort })
  expect(status).toBe(sent.instanceUid.byteLength === 16 ? 200 : 400)
  return decodeServerToAgent(body)
}

function fileOf(answer: ServerToAgent, name = 'clew.json'): unknown {
  const body = answer.remoteConfig?.config?.configMap[name]?.body
  return body === undefined ? undefined : JSON.parse(Buffer.from(body).toString())
}

describe('OpAMP', () => {
  it('asks for the whole state when it does not know an agent, and when a message was lost', async () => {
    const flagsOf = async (sent: AgentToServer): Promise<number | undefined> => (await exchange(sent)).flags
    expect(await flagsOf(message(5))).toBe(SERVER_FLAG.reportFullState)
    expect(await flagsOf(message(6, DESCRIBED))).toBe(0)
    expect(await flagsOf(message(7))).toBe(0)
    expect(await flagsOf(message(9))).toBe(SERVER_FLAG.reportFullState)
    expect(await flagsOf(message(10, DESCRIBED))).toBe(0)
  })

  it('says what it can, keeps what an agent reports, and notices its good-bye', async () => {
    const answer = await exchange(message(1, { ...DESCRIBED, health: { healthy: true, status: 'ok' } }))
    expect([answer.capabilities, answer.instanceUid]).toEqual([7, UID])
    const [agent] = control.agents.list()
    expect(agent).toMatchObject({ id: hex(UID), attributes: { 'service.name': 'orders', 'process.pid': '7' } })
    expect(control.agents.isConnected(agent!)).toBe(true)
    await exchange(message(2, { agentDisconnect: {} }))
    expect(control.agents.isConnected(agent!)).toBe(false)
  })

  it('offers a configuration until the agent says it has it, and takes it back when its time is over', async () => {
    expect((await exchange(message(1, DESCRIBED))).remoteConfig).toBeUndefined()
    await control.settings.set(ORDERS, { sampling: { share: 1 } }, 60_000)
    const offer = await exchange(message(2))
    expect(fileOf(offer)).toEqual({ sampling: { share: 1 } })
    expect(fileOf(offer, 'clew-schedule.json')).toMatchObject({ steps: [{ settings: {} }] })
    expect((await exchange(message(3))).remoteConfig, 'still not there').toBeDefined()
    const has = { lastRemoteConfigHash: offer.remoteConfig!.configHash, status: 1 }
    expect((await exchange(message(4, { remoteConfigStatus: has }))).remoteConfig).toBeUndefined()
    await clock.advance(60_000)
    const back = await exchange(message(5))
    expect(back.remoteConfig).toMatchObject({ config: { configMap: {} } })
    expect(hex(back.remoteConfig!.configHash)).not.toBe(hex(has.lastRemoteConfigHash))
  })

  it('an agent that waits hears at once; one that has failed is not told the same again', async () => {
    await exchange(message(1, DESCRIBED))
    const waiting = exchange(message(2), 30_000)
    await control.settings.set(ORDERS, { profile: true }, null)
    const offer = await waiting
    expect(fileOf(offer)).toEqual({ profile: true })
    const failed = { lastRemoteConfigHash: offer.remoteConfig!.configHash, status: 3, errorMessage: 'no profiler' }
    expect((await exchange(message(3, { remoteConfigStatus: failed }))).remoteConfig).toBeUndefined()
    expect(control.agents.list()[0]?.config).toMatchObject({ status: 3, error: 'no profiler' })
  })

  it('sends nothing to agents whose words it does not know', async () => {
    await control.settings.set(ORDERS, { sampling: { share: 1 } }, null)
    const collector = keyValues({ 'service.name': 'orders', 'service.version': '1' })
    const answer = await exchange(
      message(1, { agentDescription: { identifyingAttributes: collector, nonIdentifyingAttributes: [] } }),
    )
    expect(answer.remoteConfig).toBeUndefined()
  })

  it('answers garbage and wrong ids with BadRequest', async () => {
    expect((await exchange({ ...message(1), instanceUid: new Uint8Array(15) })).errorResponse).toMatchObject({
      type: 1,
    })
    const facts = { userAgent: '', waitMs: 0, abort: new AbortController().signal }
    expect((await control.exchange(Uint8Array.of(0x0a, 9), facts)).status).toBe(400)
  })

  it('gives a new id to whoever asks for one', async () => {
    const { agentIdentification } = await exchange(message(1, { flags: 1 }))
    expect(agentIdentification?.newInstanceUid.byteLength).toBe(16)
  })

  it('forgets the agent that is silent longest when there are two thousand', async () => {
    const sent = (i: number): AgentToServer => ({
      ...message(1),
      instanceUid: Uint8Array.from(UID, (byte, at) => (at < 2 ? (at === 0 ? i >> 8 : i & 255) : byte)),
    })
    for (let i = 0; i < 2001; i++) {
      await exchange(sent(i))
      await clock.advance(1)
    }
    expect(control.agents.list()).toHaveLength(2000)
    expect(control.agents.get(hex(sent(0).instanceUid))).toBeUndefined()
  })
})

describe('on sockets', () => {
  let server: Server
  let port: number

  beforeEach(async () => {
    server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', 'http://h')
      if (url.pathname === '/sampling') {
        response.end(JSON.stringify(control.strategy(url.searchParams.get('service') ?? '')))
        return
      }
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const facts = { userAgent: request.headers['user-agent'] ?? '', waitMs: 0, abort: new AbortController().signal }
        void control.exchange(Buffer.concat(chunks), facts).then(({ status, body }) => {
          response.writeHead(status, { 'content-type': 'application/x-protobuf' }).end(body)
        })
      })
    })
    server.on('upgrade', (request, socket, head) => control.upgrade(request, socket, head))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  })
  afterEach(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  async function open(): Promise<{ socket: WebSocket; answers: ServerToAgent[]; send: (sent: AgentToServer) => void }> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/opamp`)
    const answers: ServerToAgent[] = []
    socket.on('message', (data: Buffer) => answers.push(decodeServerToAgent(data.subarray(1))))
    await new Promise((resolve) => socket.once('open', resolve))
    return { socket, answers, send: (sent) => socket.send(Buffer.concat([Buffer.of(0), encodeAgentToServer(sent)])) }
  }

  it('a WebSocket is told of a change unasked, and its end is noticed', async () => {
    const { socket, answers, send } = await open()
    send(message(1, DESCRIBED))
    await expect.poll(() => answers.length, { timeout: 20_000 }).toBe(1)
    await control.settings.set(ORDERS, { sampling: { share: 0.5 } }, null)
    await expect.poll(() => answers.length, { timeout: 20_000 }).toBe(2)
    expect(fileOf(answers[1]!)).toEqual({ sampling: { share: 0.5 } })
    socket.close()
    await expect.poll(() => control.agents.isConnected(control.agents.list()[0]!), { timeout: 20_000 }).toBe(false)
  })

  it('two processes with one id: the second gets another', async () => {
    const first = await open()
    first.send(message(1, DESCRIBED))
    await expect.poll(() => first.answers.length, { timeout: 20_000 }).toBe(1)
    const second = await open()
    const other = {
      identifyingAttributes: keyValues({ 'service.name': 'orders' }),
      nonIdentifyingAttributes: keyValues({ 'process.pid': 8 }),
    }
    second.send(message(1, { agentDescription: other }))
    await expect
      .poll(() => second.answers[0]?.agentIdentification?.newInstanceUid.byteLength, { timeout: 20_000 })
      .toBe(16)
    expect(control.agents.list()).toHaveLength(1)
    first.socket.terminate()
    second.socket.terminate()
  })

  it('garbage is answered, and the socket lives on', async () => {
    const { socket, answers, send } = await open()
    socket.send(Buffer.of(0, 0x0a, 99))
    send(message(1, DESCRIBED))
    await expect
      .poll(() => answers.map(({ errorResponse }) => errorResponse?.type), { timeout: 20_000 })
      .toEqual([1, undefined])
    socket.terminate()
  })

  it('the OpAMP client of Elastic gets its settings in its own words', async () => {
    const { createOpAMPClient, AgentCapabilities } = require('@elastic/opamp-client-node') as {
      createOpAMPClient: (options: object) => ElasticClient
      AgentCapabilities: Record<string, number>
    }
    const configs: unknown[] = []
    const client = createOpAMPClient({
      endpoint: `http://127.0.0.1:${port}/v1/opamp`,
      heartbeatIntervalSeconds: 0.1,
      capabilities: BigInt(
        AgentCapabilities['AgentCapabilities_AcceptsRemoteConfig']! |
          AgentCapabilities['AgentCapabilities_ReportsRemoteConfig']!,
      ),
      onMessage: ({ remoteConfig }: { remoteConfig?: ElasticConfig }) => {
        if (remoteConfig === undefined) return
        configs.push(JSON.parse(Buffer.from(remoteConfig.config.configMap['elastic']!.body).toString()))
        client.setRemoteConfigStatus({ lastRemoteConfigHash: remoteConfig.configHash, status: 1 })
      },
    })
    client.setAgentDescription({ identifyingAttributes: { 'service.name': 'orders' } })
    client.start()
    try {
      await expect.poll(() => configs, { timeout: 20_000 }).toEqual([{ opamp_polling_interval: '1s' }])
      await control.settings.set(
        ORDERS,
        { sampling: { share: 0.5 }, logLevel: 'debug', instrumentations: { pg: false } },
        null,
      )
      await expect
        .poll(() => configs[1], { timeout: 20_000 })
        .toEqual({
          opamp_polling_interval: '1s',
          sampling_rate: '0.5',
          logging_level: 'debug',
          deactivate_instrumentations: 'pg',
        })
      await expect.poll(() => control.agents.list()[0]?.config.status, { timeout: 20_000 }).toBe(1)
      await clock.advance(10)
      expect(configs).toHaveLength(2)
    } finally {
      await client.shutdown()
    }
  })

  it("the sampler of OpenTelemetry's JaegerRemoteSampler follows", async () => {
    await control.settings.set(ORDERS, { sampling: { share: 0 } }, null)
    const sampler = new JaegerRemoteSampler({
      endpoint: `http://127.0.0.1:${port}`,
      serviceName: 'orders',
      poolingInterval: 50,
      initialSampler: { shouldSample: () => ({ decision: 2 }), toString: () => 'all' },
    })
    const decision = (): number =>
      sampler.shouldSample(ROOT_CONTEXT, '4bf92f3577b34da6a3ce929d0e0e4736', 's', SpanKind.SERVER, {}, []).decision
    await expect.poll(decision, { timeout: 20_000 }).toBe(0)
    await control.settings.set(ORDERS, { sampling: { share: 1 } }, null)
    await expect.poll(decision, { timeout: 20_000 }).toBe(2)
  })
})

interface ElasticConfig {
  readonly config: { readonly configMap: Record<string, { readonly body: Uint8Array }> }
  readonly configHash: Uint8Array
}

interface ElasticClient {
  setAgentDescription(description: object): void
  setRemoteConfigStatus(status: object): void
  start(): void
  shutdown(): Promise<void>
}
