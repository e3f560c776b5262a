// One attack on a running Clew, in a process of its own so that it does not slow the clients that are measured. Says on its last
// line, as JSON, what came back. Usage: attacker.mjs NAME OTLP_HTTP OTLP_GRPC SECONDS
import { once } from 'node:events'
import * as http from 'node:http'
import * as http2 from 'node:http2'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import * as zlib from 'node:zlib'
import { hostileBodies } from './hostile-bodies.mjs'

const [name, otlpHttp, otlpGrpc, seconds] = process.argv.slice(2)
const httpPort = Number(new URL(otlpHttp).port)
const grpcPort = Number(new URL(otlpGrpc).port)
const endMs = Date.now() + Number(seconds) * 1000
const TRACES = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'
const MIB = 1 << 20
/** Answers by status and first words. */
const answers = new Map()

function note(answer) {
  answers.set(answer, (answers.get(answer) ?? 0) + 1)
}

const over = () => Date.now() >= endMs

/** Does something again and again, several at once, until the time is over. */
async function repeat(parallel, work) {
  const one = async (lane) => {
    for (let turn = 0; !over() || turn === 0; turn++) await work(turn, lane)
  }
  await Promise.all(Array.from({ length: parallel }, (_, lane) => one(lane)))
}

function rawSocket(port) {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', (error) => note(`connection: ${error.code}`))
  return socket
}

async function post(body, headers = {}) {
  await new Promise((resolve) => {
    const request = http.request({
      port: httpPort,
      path: '/v1/traces',
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf', ...headers },
    })
    const done = (what) => {
      note(what)
      resolve()
    }
    request.on('error', (error) => done(`connection: ${error.code}`))
    request.on('response', (response) => {
      let text = ''
      response.on('data', (chunk) => (text += chunk.toString('latin1')))
      response.on('error', () => undefined)
      response.on('close', () => done(`${response.statusCode} ${words(text)}`))
    })
    if (typeof body === 'function') body(request)
    else request.end(body)
  })
}

/** The readable part of an answer, without its numbers. */
function words(text) {
  return text
    .replaceAll(/[^ -~]+/g, '')
    .replaceAll(/\d+(\.\d+)?/g, 'N')
    .slice(0, 120)
    .trim()
}

function frame(message, compressed = false) {
  const header = Buffer.alloc(5)
  header[0] = compressed ? 1 : 0
  header.writeUInt32BE(message.length, 1)
  return Buffer.concat([header, message])
}

async function call(body, headers = {}) {
  const session = http2.connect(otlpGrpc)
  session.on('error', (error) => note(`connection: ${error.code}`))
  const stream = session.request({ ':method': 'POST', ':path': TRACES, 'content-type': 'application/grpc', ...headers })
  stream.on('error', () => undefined)
  let status = 'no status'
  const take = (fields) => {
    if (fields['grpc-status'] !== undefined)
      status = `grpc ${fields['grpc-status']} ${words(decodeURIComponent(fields['grpc-message'] ?? ''))}`
  }
  stream.on('response', take)
  stream.on('trailers', take)
  stream.resume()
  if (typeof body === 'function') body(stream)
  else stream.end(body)
  await new Promise((resolve) => stream.on('close', resolve))
  note(status)
  session.destroy()
}

/** The client side of an HTTP/2 connection, by hand. */
async function rawHttp2() {
  const socket = rawSocket(grpcPort)
  socket.resume()
  socket.setNoDelay(true)
  await once(socket, 'connect').catch(() => undefined)
  socket.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), h2Frame(4, 0, 0, Buffer.alloc(0))]))
  return socket
}

function h2Frame(type, flags, stream, payload) {
  const header = Buffer.alloc(9)
  header.writeUIntBE(payload.length, 0, 3)
  header[3] = type
  header[4] = flags
  header.writeUInt32BE(stream, 5)
  return Buffer.concat([header, payload])
}

/** HPACK, literals without indexing. */
function headerBlock(fields) {
  return Buffer.concat(
    fields.flatMap(([key, value]) => [
      Buffer.from([0, key.length]),
      Buffer.from(key),
      Buffer.from([value.length]),
      Buffer.from(value),
    ]),
  )
}
const CALL_HEADERS = headerBlock([
  [':method', 'POST'],
  [':scheme', 'http'],
  [':path', TRACES],
  [':authority', 'x'],
  ['content-type', 'application/grpc'],
])

/** Writes frames as fast as the server reads them, until it closes the connection; then again. */
async function flood(makeFrames) {
  await repeat(4, async () => {
    const socket = await rawHttp2()
    let bytes = 0
    while (!over() && !socket.destroyed && socket.writable) {
      // The server closed its side: that is a cut, too.
      if (socket.readableEnded) break
      const frames = makeFrames(bytes)
      bytes += frames.length
      if (!socket.write(frames)) {
        await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => undefined)
      }
      await sleep(1)
    }
    note(!over() ? 'connection cut' : 'flooded to the end')
    socket.destroy()
    await sleep(20)
  })
}

const ATTACKS = {
  /** Bytes of no protocol on both ports, and as bodies. */
  async garbage() {
    await repeat(8, async (turn, lane) => {
      const bytes = Buffer.from(Array.from({ length: 2000 }, (_, i) => (i * 31 + turn * 17 + lane) & 255))
      for (const port of [httpPort, grpcPort]) {
        const socket = rawSocket(port)
        socket.on('data', (chunk) => note(`raw ${words(chunk.toString('latin1', 0, 30))}`))
        socket.write(bytes)
        await sleep(10)
        socket.destroy()
      }
      await post(bytes)
      await post('{"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": 5', { 'content-type': 'application/json' })
      await call(frame(bytes))
    })
  },

  /** Requests that end in the middle. */
  async 'half a request'() {
    await repeat(8, async () => {
      const socket = rawSocket(httpPort)
      socket.write(
        'POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-protobuf\r\ncontent-length: 100000\r\n\r\n',
      )
      socket.write(Buffer.alloc(50_000))
      await sleep(20)
      socket.destroy()
      await call((stream) => {
        stream.write(Buffer.concat([Buffer.from([0, 0, 1, 0, 0]), Buffer.alloc(3000)]))
        setTimeout(() => stream.close(http2.constants.NGHTTP2_CANCEL), 20)
      })
      await call((stream) => stream.end(Buffer.from([0, 0, 1, 0, 0, 1, 2, 3])))
    })
  },

  /** Headers and bodies that never end. */
  async 'slow loris'() {
    const sockets = Array.from({ length: 400 }, (_, i) => {
      const socket = rawSocket(i % 4 === 3 ? grpcPort : httpPort)
      socket.on('data', (chunk) => note(words(chunk.toString('latin1', 0, 30))))
      socket.on('close', () => note('connection cut'))
      if (i % 4 === 3) socket.write('PRI * HT')
      else if (i % 2 === 0) socket.write('POST /v1/traces HTTP/1.1\r\nhost: x\r\n')
      else
        socket.write(
          'POST /v1/traces HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-protobuf\r\ncontent-length: 100000\r\n\r\n',
        )
      return socket
    })
    while (!over()) {
      for (const [i, socket] of sockets.entries())
        if (socket.writable && i % 4 !== 3) socket.write(i % 2 === 0 ? 'x-a: b\r\n' : 'x')
      await sleep(500)
    }
    for (const socket of sockets) socket.destroy()
  },

  /** Ten gigabytes, announced or not. */
  async '10 GB body'() {
    const chunk = Buffer.alloc(MIB)
    const stream = (target) => {
      let sent = 0
      const more = () => {
        while (sent < 10_240 && !target.destroyed) {
          sent++
          if (!target.write(chunk)) return void target.once('drain', more)
        }
        if (!target.destroyed) target.end()
      }
      target.on('close', () => note(sent < 300 ? 'stopped within 300 MB' : `sent ${sent} MB`))
      more()
    }
    await repeat(2, async () => {
      await post(stream)
      await post(stream, { 'content-length': String(10 * 1024 * MIB) })
      await call((target) => {
        target.write(Buffer.from([0, 3, 0xff, 0xff, 0xff]))
        stream(target)
      })
      await call((target) => {
        target.write(Buffer.from([0, 0xff, 0xff, 0xff, 0xff]))
        stream(target)
      })
    })
  },

  /** Small bodies that inflate to a gigabyte, and to just what is allowed, in every encoding. */
  async 'zip bombs'() {
    const encodings = {
      gzip: zlib.gzipSync,
      deflate: zlib.deflateSync,
      zlib: zlib.deflateSync,
      ...(zlib.zstdCompressSync === undefined ? {} : { zstd: zlib.zstdCompressSync }),
    }
    const big = Buffer.alloc(1024 * MIB)
    const fitting = Buffer.alloc(60 * MIB)
    const bombs = Object.entries(encodings).map(([encoding, compress]) => [encoding, compress(big), compress(fitting)])
    const nested = zlib.gzipSync(zlib.gzipSync(big))
    await repeat(24, async (turn, lane) => {
      const [encoding, bomb, full] = bombs[(turn + lane) % bombs.length]
      await post(turn % 2 === 0 ? bomb : full, { 'content-encoding': encoding })
      await post(nested, { 'content-encoding': 'gzip, gzip' })
      await call(frame(turn % 2 === 0 ? full : bomb, true), { 'grpc-encoding': encoding })
    })
  },

  /** Requests that are well-formed and monstrous. */
  async monsters() {
    const bodies = hostileBodies().filter(({ monster }) => monster)
    await repeat(1, async (turn) => {
      const { body, json } = bodies[turn % bodies.length]
      await post(body, json ? { 'content-type': 'application/json' } : {})
      if (!json && turn % 2 === 0) await call(frame(body))
    })
  },

  /** More connections than there may be, half of them on each port. */
  async '5,000 connections'() {
    const sockets = []
    for (let i = 0; i < 5000; i++) {
      const socket = rawSocket(i % 2 === 0 ? httpPort : grpcPort)
      socket.on('close', () => note('connection cut'))
      if (i % 3 === 0)
        socket.write(i % 2 === 0 ? 'GET /nothing HTTP/1.1\r\nhost: x\r\n\r\n' : 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
      sockets.push(socket)
      if (i % 50 === 0) await sleep(1)
    }
    const extra = Array.from({ length: 5000 }, () => rawSocket(httpPort))
    for (const socket of extra) socket.on('close', () => note('connection over the limit cut'))
    while (!over()) await sleep(100)
    for (const socket of [...sockets, ...extra]) socket.destroy()
  },

  /** Calls that are begun and reset at once (CVE-2023-44487). */
  async 'HTTP/2 resets'() {
    const pair = (stream) => [h2Frame(1, 4, stream, CALL_HEADERS), h2Frame(3, 0, stream, Buffer.from([0, 0, 0, 8]))]
    const pairBytes = Buffer.concat(pair(1)).length
    await flood((bytes) => {
      const first = (bytes / pairBytes) * 2 + 1
      return Buffer.concat(Array.from({ length: 100 }, (_, i) => pair(first + i * 2)).flat())
    })
  },

  /** A header list that never ends (CVE-2024-27983 and its kind). */
  async 'HTTP/2 continuations'() {
    const more = headerBlock(Array.from({ length: 50 }, (_, i) => [`x-${i}`, 'y'.repeat(100)]))
    await flood((bytes) =>
      Buffer.concat([
        ...(bytes === 0 ? [h2Frame(1, 0, 1, CALL_HEADERS)] : []),
        ...Array.from({ length: 20 }, () => h2Frame(9, 0, 1, more)),
      ]),
    )
  },

  async 'HTTP/2 pings'() {
    const pings = Buffer.concat(Array.from({ length: 500 }, () => h2Frame(6, 0, 0, Buffer.alloc(8))))
    await flood(() => pings)
  },

  async 'HTTP/2 settings'() {
    const settings = Buffer.concat(
      Array.from({ length: 500 }, () => h2Frame(4, 0, 0, Buffer.from([0, 4, 0, 0, 0xff, 0xff]))),
    )
    await flood(() => settings)
  },

  /** DATA frames without data on an open call. */
  async 'HTTP/2 empty data'() {
    const empty = Buffer.concat(Array.from({ length: 500 }, () => h2Frame(0, 0, 1, Buffer.alloc(0))))
    await flood((bytes) => (bytes === 0 ? Buffer.concat([h2Frame(1, 4, 1, CALL_HEADERS), empty]) : empty))
  },
}

const attack = ATTACKS[name]
if (attack === undefined) throw new Error(`no attack ${name}; there are: ${Object.keys(ATTACKS).join(', ')}`)
// Whatever a server does, an attack ends.
setTimeout(() => report(), Number(seconds) * 1000 + 15_000)
process.on('uncaughtException', (error) => note(`attacker: ${error.message}`))
await attack()
report()

function report() {
  const most = [...answers].sort((a, b) => b[1] - a[1]).slice(0, 20)
  console.log(JSON.stringify(Object.fromEntries(most)))
  process.exit(0)
}
