import { once } from 'node:events'
import * as http2 from 'node:http2'
import * as net from 'node:net'
import { gzipSync } from 'node:zlib'
import * as grpc from '@grpc/grpc-js'
import { ConsumeError } from '@clew/otlp/consumer'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { RunningCollector } from '../../core/start-collector.ts'
import { OTLP_GRPC_METHOD } from '../../kit/otlp-paths.ts'
import { decodeStatus } from '../../kit/rpc-status.ts'
import { MemoryConsumer } from '../../testdata/memory-consumer.ts'
import { OTLP_TO_STORE, registryWith, runYaml } from '../../testdata/run.ts'
import { spansBytes } from '../../testdata/telemetry.ts'

let store: MemoryConsumer
let collector: RunningCollector
let address = ''
let client: grpc.Client

async function run(yaml = OTLP_TO_STORE): Promise<void> {
  store = new MemoryConsumer()
  collector = await runYaml(yaml, registryWith(store))
  address = collector.addresses()['receiver/otlp']?.['grpc'] ?? ''
  client = new grpc.Client(address, grpc.credentials.createInsecure(), {
    'grpc.max_send_message_length': -1,
    'grpc-node.max_session_memory': 1000,
  })
}

async function stop(): Promise<void> {
  client.close()
  await collector.shutdown(5000)
}

beforeEach(() => run())
afterEach(stop)

interface CallOptions {
  readonly path?: string
  readonly deadlineMs?: number
  readonly gzip?: boolean
  readonly metadata?: grpc.Metadata
}

function call(message: Uint8Array, options: CallOptions = {}): Promise<Buffer> {
  const metadata = options.metadata ?? new grpc.Metadata()
  if (options.gzip === true) metadata.set('grpc-internal-encoding-request', 'gzip')
  const callOptions = options.deadlineMs === undefined ? {} : { deadline: Date.now() + options.deadlineMs }
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      options.path ?? OTLP_GRPC_METHOD.traces,
      (value: Uint8Array) => Buffer.from(value),
      (value: Buffer) => value,
      message,
      metadata,
      callOptions,
      (error, response) => (error === null ? resolve(response ?? Buffer.alloc(0)) : reject(error)),
    )
  })
}

async function failure(promise: Promise<unknown>): Promise<grpc.ServiceError> {
  try {
    await promise
  } catch (error) {
    return error as grpc.ServiceError
  }
  throw new Error('the call succeeded')
}

test('a call is answered with an empty response', async () => {
  expect(await call(spansBytes(3))).toHaveLength(0)
  expect(store.points()).toBe(3)
})

test('an empty request is a success', async () => {
  expect(await call(new Uint8Array())).toHaveLength(0)
  expect(store.batches).toHaveLength(0)
})

test('gzip messages are taken', async () => {
  const compressed = new grpc.Client(address, grpc.credentials.createInsecure(), {
    'grpc.default_compression_algorithm': 2,
  })
  const plain = client
  client = compressed
  await call(spansBytes(200))
  plain.close()
  expect(store.points()).toBe(200)
})

test('32 concurrent calls of 439 KB on one connection all succeed', async () => {
  const message = spansBytes(1000, { paddingBytes: 330 })
  expect(message.length).toBeGreaterThan(430_000)
  await Promise.all(Array.from({ length: 96 }, () => call(message)))
  expect(store.points()).toBe(96_000)
})

test('a message of 30 MiB is taken', async () => {
  const message = spansBytes(1000, { paddingBytes: 30_000 })
  await call(message)
  expect(store.points()).toBe(1000)
})

test('a malformed message is INVALID_ARGUMENT naming the field', async () => {
  const message = Uint8Array.of(0x0a, 0x05, 0x12, 0x7f, 0x01, 0x02, 0x03)
  const error = await failure(call(message))
  expect(error.code).toBe(grpc.status.INVALID_ARGUMENT)
  expect(error.details).toContain('resourceSpans[0].scopeSpans[0]')
})

test('a message over the limit is RESOURCE_EXHAUSTED without RetryInfo', async () => {
  await stop()
  await run(OTLP_TO_STORE.replace('grpc: {', 'grpc: {max_recv_msg_size_mib: 1, '))
  const error = await failure(call(spansBytes(100, { paddingBytes: 20_000 })))
  expect(error.code).toBe(grpc.status.RESOURCE_EXHAUSTED)
  expect(error.metadata.get('grpc-status-details-bin')).toHaveLength(0)
  await call(spansBytes(1))
  expect(store.points()).toBe(1)
})

test('back-pressure is UNAVAILABLE with RetryInfo', async () => {
  store.behave = () => {
    throw new ConsumeError('queue_full', 'sending queue is full', { retryable: true, retryAfterMs: 2500 })
  }
  const error = await failure(call(spansBytes(1)))
  expect(error.code).toBe(grpc.status.UNAVAILABLE)
  expect(error.details).toBe('sending queue is full')
  const [details] = error.metadata.get('grpc-status-details-bin')
  expect(decodeStatus(details as Buffer)).toMatchObject({ code: 14, retryAfterMs: 2500 })
})

test('a permanent failure is INTERNAL', async () => {
  store.behave = () => {
    throw new ConsumeError('broken', 'no such table', { retryable: false })
  }
  expect((await failure(call(spansBytes(1)))).code).toBe(grpc.status.INTERNAL)
})

test('partial success tells how many and why', async () => {
  store.behave = () => ({ rejected: { count: 2, reason: 'too old' } })
  const response = await call(spansBytes(5))
  // partial_success { rejected_spans: 2, error_message: "too old" }
  expect(response.toString('latin1')).toBe('\x0a\x0b\x08\x02\x12\x07too old')
})

test('a deadline ends the call and aborts the consumer', async () => {
  let aborted: Promise<void> = Promise.resolve()
  const gone = new Promise<void>((done) => {
    store.behave = (_batch, { abort }) => {
      aborted = new Promise((resolve) => abort?.addEventListener('abort', () => resolve()))
      void aborted.then(done)
      return new Promise(() => undefined)
    }
  })
  const error = await failure(call(spansBytes(1), { deadlineMs: 100 }))
  expect(error.code).toBe(grpc.status.DEADLINE_EXCEEDED)
  await gone
})

test('unknown methods, profiles and signals without a pipeline are UNIMPLEMENTED', async () => {
  expect((await failure(call(spansBytes(1), { path: '/nope/Export' }))).code).toBe(grpc.status.UNIMPLEMENTED)
  const profiles = '/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export'
  const error = await failure(call(new Uint8Array(), { path: profiles }))
  expect(error.code).toBe(grpc.status.UNIMPLEMENTED)
  expect(error.details).toBe('profiles are not supported')
})

/** A raw HTTP/2 call, for what grpc-js would never send. */
function rawCall(
  body: Uint8Array,
  headers: http2.OutgoingHttpHeaders = {},
): Promise<{ status: string; message: string; httpStatus: number }> {
  return new Promise((resolve, reject) => {
    const session = http2.connect(`http://${address}`)
    session.on('error', reject)
    const stream = session.request({
      ':method': 'POST',
      ':path': OTLP_GRPC_METHOD.traces,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    })
    let got: http2.IncomingHttpHeaders = {}
    stream.on('response', (answer) => (got = { ...got, ...answer }))
    stream.on('trailers', (answer) => (got = { ...got, ...answer }))
    stream.on('data', () => undefined)
    stream.on('error', () => undefined)
    stream.on('close', () => {
      session.close()
      resolve({
        status: String(got['grpc-status']),
        message: decodeURIComponent(String(got['grpc-message'] ?? '')),
        httpStatus: Number(got[':status']),
      })
    })
    stream.end(body)
  })
}

const frame = (message: Uint8Array, compressed = false): Buffer => {
  const header = Buffer.alloc(5)
  header[0] = compressed ? 1 : 0
  header.writeUInt32BE(message.length, 1)
  return Buffer.concat([header, message])
}

test.each([
  ['an empty body', Buffer.alloc(0), '3'],
  ['half a header', Buffer.from([0, 0, 0]), '3'],
  ['fewer bytes than announced', Buffer.from([0, 0, 0, 0, 9, 1, 2]), '3'],
  ['two messages', Buffer.concat([frame(new Uint8Array()), frame(new Uint8Array())]), '3'],
  ['a flag that does not exist', Buffer.from([7, 0, 0, 0, 0]), '3'],
  ['a huge announced length', Buffer.from([0, 0xff, 0xff, 0xff, 0xff, 1]), '8'],
])('%s is answered with a status', async (_what, body, status) => {
  expect((await rawCall(body)).status).toBe(status)
  await call(spansBytes(1))
})

test('a gzip bomb stops at the limit', async () => {
  await stop()
  await run(OTLP_TO_STORE.replace('grpc: {', 'grpc: {max_recv_msg_size_mib: 2, '))
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024))
  const answer = await rawCall(frame(bomb, true), { 'grpc-encoding': 'gzip' })
  expect(answer.status).toBe('8')
  expect(answer.message).toContain('larger than 2097152 bytes')
})

test('damaged gzip is INVALID_ARGUMENT, an unknown encoding UNIMPLEMENTED', async () => {
  const damaged = await rawCall(frame(Buffer.from('no gzip'), true), { 'grpc-encoding': 'gzip' })
  expect(damaged.status).toBe('3')
  const unknown = await rawCall(frame(Buffer.from('x'), true), { 'grpc-encoding': 'brotli' })
  expect(unknown.status).toBe('12')
  expect(unknown.message).toContain('gzip')
})

test('HTTP on this port is told where to go', async () => {
  const answer = await rawCall(new Uint8Array(), { 'content-type': 'application/json' })
  expect(answer.httpStatus).toBe(415)
  expect(answer.message).toContain('4318')
})

test('HTTP/1 on this port is told where to go, too', async () => {
  const response = await fetch(`http://${address}/v1/traces`, { method: 'POST', body: '{}' })
  expect(response.status).toBe(400)
  expect(await response.text()).toContain('4318')
})

test('a preface that comes byte by byte is a preface', async () => {
  const { port } = new URL(`http://${address}`)
  const socket = net.connect(Number(port), '127.0.0.1')
  socket.setNoDelay(true)
  for (const byte of Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')) {
    socket.write(Buffer.of(byte))
    await new Promise((resolve) => setImmediate(resolve))
  }
  // An empty SETTINGS frame; the server answers with its own settings.
  socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]))
  const [first] = (await once(socket, 'data')) as [Buffer]
  expect(first[3]).toBe(4)
  socket.destroy()
})

test('garbage, half connections and reset floods do not hurt others', async () => {
  const { port } = new URL(`http://${address}`)
  const sockets = Array.from({ length: 20 }, (_, i) => {
    const socket = net.connect(Number(port), '127.0.0.1')
    socket.on('error', () => undefined)
    socket.write(
      i % 2 === 0 ? Buffer.from(Array.from({ length: 500 }, (_, j) => (i * 31 + j * 17) % 256)) : 'GET / HTTP/1.1\r\n',
    )
    return socket
  })
  const session = http2.connect(`http://${address}`)
  session.on('error', () => undefined)
  for (let i = 0; i < 500; i++) {
    const stream = session.request({
      ':method': 'POST',
      ':path': OTLP_GRPC_METHOD.traces,
      'content-type': 'application/grpc',
    })
    stream.on('error', () => undefined)
    stream.close(http2.constants.NGHTTP2_CANCEL)
  }
  await call(spansBytes(2))
  expect(store.points()).toBe(2)
  session.destroy()
  for (const socket of sockets) socket.destroy()
})

/** An HTTP/2 frame by hand. */
function http2Frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(9)
  header.writeUIntBE(payload.length, 0, 3)
  header[3] = type
  header[4] = flags
  header.writeUInt32BE(stream, 5)
  return Buffer.concat([header, payload])
}

test('a flood of resets ends the connection, also for a client that takes no notice', async () => {
  const fields = [
    [':method', 'POST'],
    [':scheme', 'http'],
    [':path', OTLP_GRPC_METHOD.traces],
    [':authority', 'x'],
    ['content-type', 'application/grpc'],
  ]
  const block = Buffer.from(
    fields
      .map(
        ([name = '', value = '']) =>
          `\0${String.fromCharCode(name.length)}${name}${String.fromCharCode(value.length)}${value}`,
      )
      .join(''),
    'latin1',
  )
  const socket = net.connect(Number(new URL(`http://${address}`).port), '127.0.0.1')
  socket.on('error', () => undefined)
  socket.resume()
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), http2Frame(4, 0, 0, Buffer.alloc(0))]))
  for (let stream = 1; stream < 5000; stream += 2) {
    socket.write(http2Frame(1, 4, stream, block))
    socket.write(http2Frame(3, 0, stream, Buffer.from([0, 0, 0, 8])))
  }
  await closed
  expect(collector.metricsText()).toMatch(
    /clew_receiver_connections_cut_total\{.*reason="(flood|protocol_error)"\} [1-9]/,
  )
  await call(spansBytes(2))
  expect(store.points()).toBe(2)
})

test.each([
  ['pings', (session: http2.ClientHttp2Session) => void session.ping(() => undefined)],
  ['settings', (session: http2.ClientHttp2Session) => session.settings({ initialWindowSize: 70_000 })],
])('a flood of %s ends the connection and is counted', async (_what, send) => {
  const session = http2.connect(`http://${address}`, {
    maxOutstandingPings: 1e6,
    maxOutstandingSettings: 1e6,
  } as http2.ClientSessionOptions)
  session.on('error', () => undefined)
  const closed = once(session, 'close')
  const flood = setInterval(() => {
    for (let i = 0; i < 300 && !session.destroyed; i++) send(session)
  }, 1)
  await closed
  clearInterval(flood)
  expect(collector.metricsText()).toMatch(/clew_receiver_connections_cut_total\{.*reason="flood"\} [1-9]/)
  await call(spansBytes(2))
  expect(store.points()).toBe(2)
})

test('an upload that stalls is cut and gives its bytes back', async () => {
  await stop()
  await run(OTLP_TO_STORE.replace('grpc: {', 'grpc: {stall_timeout: 100ms, '))
  const session = http2.connect(`http://${address}`)
  session.on('error', () => undefined)
  const stream = session.request({
    ':method': 'POST',
    ':path': OTLP_GRPC_METHOD.traces,
    'content-type': 'application/grpc',
  })
  stream.on('error', () => undefined)
  stream.write(Buffer.from([0, 0, 0, 1, 0, 1, 2, 3]))
  const status = await new Promise((resolve) => {
    stream.on('response', (headers) => resolve(headers['grpc-status']))
    stream.on('close', () => resolve('closed'))
  })
  expect(status).toBe('4')
  session.destroy()
  await call(spansBytes(1))
})

test('shutdown lets a call under way finish and refuses new ones', async () => {
  let release: () => void = () => undefined
  const entered = new Promise<void>((resolve) => {
    store.behave = () => {
      resolve()
      return new Promise((done) => (release = () => done({})))
    }
  })
  const running = call(spansBytes(4))
  await entered
  const stopping = collector.shutdown(5000)
  release()
  await running
  await stopping
  expect(store.points()).toBe(4)
  expect((await failure(call(spansBytes(1)))).code).toBe(grpc.status.UNAVAILABLE)
})
