// Outgoing requests of every kind to a server of its own; what arrives is printed as one line of JSON. Ends by itself.
import { trace } from '@opentelemetry/api'
import http, { request as namedRequest } from 'node:http'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const arrived = []
const seen = () => trace.getActiveSpan()?.spanContext().spanId ?? 'none'

const server = http.createServer((request, response) => {
  arrived.push({
    url: request.url,
    traceparent: request.headers.traceparent ?? '',
    tracestate: request.headers.tracestate,
  })
  if (request.url === '/cut') {
    response.writeHead(200, { 'content-length': '1000' })
    response.write('half')
    return void setTimeout(() => response.destroy(), 20)
  }
  if (request.url === '/slow') return
  if (request.url === '/moved') return void response.writeHead(302, { location: '/arrived' }).end()
  const status = /^\/status\/(\d+)/.exec(request.url)?.[1]
  if (status !== undefined) response.statusCode = Number(status)
  response.end('ok')
})
server.on('upgrade', (_request, socket) => {
  socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n')
  socket.end()
})
server.listen(0, '127.0.0.1', () => void main())

async function main() {
  const { port } = server.address()
  const base = `http://127.0.0.1:${port}`
  const tracer = trace.getTracer('program')
  await tracer.startActiveSpan('work', async (span) => {
    const before = seen()
    const places = []
    await send({ path: '/get?sig=secret&x=1' }, places)
    await send({ path: '/agent', headers: { 'user-agent': 'tester/1.0' } }, places)
    await send({ path: '/list', headers: ['Host', `127.0.0.1:${port}`, 'X-A', '1'] }, places)
    await send({ path: '/virtual', headers: { host: 'shop.example' } }, places)
    await send({ path: '/post', method: 'POST', body: 'x'.repeat(100_000) }, places)
    await send({ path: '/find', method: 'PROPFIND' }, places)
    await send({ path: '/status/404' }, places)
    await send({ path: '/status/503' }, places)
    await send({ path: '/cut' }, places)
    await send({ path: '/upgrade', headers: { connection: 'Upgrade', upgrade: 'x' } }, places)
    await new Promise((resolve) => http.get(`${base}/url`, (response) => response.resume().on('end', resolve)))
    await new Promise((resolve) => {
      const options = { port, host: '127.0.0.1', path: '/named' }
      namedRequest(options, (response) => response.resume().on('end', resolve)).end()
    })
    await new Promise((resolve) => {
      const slow = http.get(`${base}/slow`)
      slow.on('error', resolve)
      setTimeout(() => slow.destroy(), 30)
    })
    await send({ port: await closedPort(), path: '/away' }, places)
    await Promise.all([1, 2, 3].map((n) => send({ path: `/queued/${n}`, agent: one }, places)))
    one.destroy()
    await overUnixSocket()

    await (await fetch(`${base}/fetch?a=1`)).text()
    await (
      await fetch(`${base}/fetch-post`, { method: 'POST', body: 'hello', headers: { 'user-agent': 'f/1' } })
    ).text()
    await (await fetch(`${base}/moved`)).text()
    await (await fetch(`${base}/status/418`)).text()
    await fetch(`${base}/cut`)
      .then((response) => response.text())
      .catch(() => undefined)
    await fetch(`http://127.0.0.1:${await closedPort()}/fetch-away`).catch(() => undefined)
    const control = new AbortController()
    setTimeout(() => control.abort(), 30)
    await fetch(`${base}/slow`, { signal: control.signal }).catch(() => undefined)

    console.log(JSON.stringify({ arrived, kept: places.every((place) => place === before), places: places.length }))
    span.end()
  })
  server.close()
  server.closeAllConnections()

  function send({ path, method = 'GET', headers = {}, body, agent, port: other }, places) {
    return new Promise((resolve) => {
      const options = { port: other ?? port, host: '127.0.0.1', path, method, headers, ...(agent ? { agent } : {}) }
      const request = http.request(options, (response) => {
        places.push(seen())
        response.on('data', () => places.push(seen()))
        response.on('end', () => places.push(seen()))
        response.on('error', () => undefined)
        response.on('close', resolve)
      })
      request.on('upgrade', (_response, socket) => socket.on('close', resolve).resume().end())
      request.on('error', resolve).end(body)
    })
  }
}

const one = new http.Agent({ keepAlive: true, maxSockets: 1 })

function overUnixSocket() {
  const socketPath = join(tmpdir(), `clew-client-${process.pid}.sock`)
  const local = http.createServer((request, response) => {
    arrived.push({ url: request.url, traceparent: request.headers.traceparent ?? '' })
    response.end('ok')
  })
  return new Promise((resolve) => {
    local.listen(socketPath, () => {
      http.get({ socketPath, path: '/unix' }, (response) => {
        response.resume().on('end', () => local.close(resolve))
      })
    })
  })
}

function closedPort() {
  return new Promise((resolve) => {
    const probe = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}
