import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  decodeAgentToServer,
  encodeServerToAgent,
  SERVER_FLAG,
  type AgentToServer,
  type ConfigMap,
  type ServerToAgent,
} from '@clew/opamp/messages'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import { OpampClient } from './opamp-client.ts'

let server: Server
let received: AgentToServer[]
/** What the server says to a message; nothing: an empty answer. */
let answer: (message: AgentToServer) => Partial<ServerToAgent> | undefined
let client: OpampClient
let applied: ConfigMap[]

beforeEach(() => {
  received = []
  applied = []
  answer = () => undefined
})
afterEach(async () => {
  client.stop()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

async function start(transport: 'websocket' | 'http', sockets: boolean): Promise<void> {
  server = createServer(onRequest)
  if (sockets) {
    new WebSocketServer({ server }).on('connection', (socket) => {
      socket.on('message', (data: Buffer) => {
        const said = answered(decodeAgentToServer(data.subarray(1)))
        socket.send(Buffer.concat([Buffer.of(0), said]))
      })
    })
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/opamp`)
  client = new OpampClient(
    { url, transport, headers: { 'x-key': 'k' } },
    {
      description: () => ({ identifyingAttributes: [], nonIdentifyingAttributes: [] }),
      health: () => ({ healthy: true }),
      effectiveConfig: () => ({ configMap: {} }),
      apply: (config) => {
        applied.push(config)
        return config.configMap['bad'] === undefined ? '' : 'bad is bad'
      },
    },
  )
  client.start(0)
}

function onRequest(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    if (request.method !== 'POST') return void response.writeHead(405).end()
    expect(request.headers['x-key']).toBe('k')
    expect(request.headers['prefer']).toBe('wait=20')
    const body = answered(decodeAgentToServer(Buffer.concat(chunks)))
    response.writeHead(200, { 'content-type': 'application/x-protobuf', 'preference-applied': 'wait=20' }).end(body)
  })
}

function answered(message: AgentToServer): Uint8Array {
  received.push(message)
  return encodeServerToAgent({ instanceUid: message.instanceUid, ...answer(message) })
}

const until = (what: () => unknown): Promise<void> => expect.poll(what, { timeout: 20_000, interval: 20 }).toBeTruthy()

describe.each(['websocket', 'http'] as const)('over %s', (transport) => {
  it('begins with its whole state, counts its messages, and says it all again when asked', async () => {
    answer = ({ sequenceNum }) => (sequenceNum === 1 ? { flags: SERVER_FLAG.reportFullState } : undefined)
    await start(transport, true)
    await until(() => received.filter(({ agentDescription }) => agentDescription !== undefined).length >= 2)
    expect(received.slice(0, 2).map(({ sequenceNum }) => sequenceNum)).toEqual([1, 2])
    expect(received[1]).toMatchObject({ health: { healthy: true }, remoteConfigStatus: { status: 0 } })
    expect(received[0]?.instanceUid).toHaveLength(16)
    expect(received[0]!.instanceUid[6]! >> 4, 'version 7').toBe(7)
    expect(client.connected).toBe(true)
  })

  it('applies a configuration and reports that it did, or what it could not', async () => {
    const offer = (name: string, hash: number): Partial<ServerToAgent> => ({
      remoteConfig: {
        config: { configMap: { [name]: { body: new Uint8Array(1), contentType: '' } } },
        configHash: Uint8Array.of(hash),
      },
    })
    answer = ({ sequenceNum }) =>
      sequenceNum === 1 ? offer('good', 1) : sequenceNum === 2 ? offer('bad', 2) : undefined
    await start(transport, true)
    await until(() => received.some(({ remoteConfigStatus }) => remoteConfigStatus?.status === 3))
    expect(applied.map(({ configMap }) => Object.keys(configMap)[0])).toEqual(['good', 'bad'])
    expect(received[1]?.remoteConfigStatus).toMatchObject({ status: 1, errorMessage: '' })
    expect(received[2]?.remoteConfigStatus).toMatchObject({ status: 3, errorMessage: 'bad is bad' })
    expect(received[2]?.effectiveConfig).toBeDefined()
  })

  it('takes another name when it is given one', async () => {
    const newInstanceUid = new Uint8Array(16).fill(9)
    answer = ({ sequenceNum }) => (sequenceNum === 1 ? { agentIdentification: { newInstanceUid } } : undefined)
    await start(transport, true)
    await until(() => received.length >= 2)
    expect(received[1]?.instanceUid).toEqual(newInstanceUid)
    expect(received[1]?.agentDescription).toBeDefined()
  })

  it('comes back, with its whole state, when it is told to go for a while', async () => {
    answer = ({ sequenceNum }) =>
      sequenceNum === 1 ? { errorResponse: { type: 2, retryInfo: { retryAfterNanoseconds: 1e8 } } } : undefined
    await start(transport, true)
    await until(() => received.length >= 2)
    expect(received[1]?.agentDescription).toBeDefined()
  })
})

it('goes over to HTTP where a server has no WebSocket', async () => {
  await start('websocket', false)
  await until(() => received.length > 0)
  expect(received[0]?.agentDescription).toBeDefined()
})

it('says good-bye', async () => {
  await start('websocket', true)
  await until(() => received.length > 0)
  client.stop()
  await until(() => received.some(({ agentDisconnect }) => agentDisconnect !== undefined))
  expect(client.connected).toBe(false)
})
