// A server and what clients do to it; how each request is answered is in its path. Ends by itself.
import { context, trace } from '@opentelemetry/api'
import http from 'node:http'
import net from 'node:net'

/** Said to the tests through a response header: whether the request's span was active where it is looked for. */
const seen = () => trace.getSpan(context.active())?.spanContext().spanId ?? 'none'

const server = http.createServer((request, response) => {
  const inHandler = seen()
  if (request.url.startsWith('/body')) {
    const places = []
    request.on('data', () => places.push(seen()))
    request.on('end', () => {
      places.push(seen())
      response.on('finish', () => places.push(seen()))
      response.on('close', () => {
        places.push(seen())
        console.log(`context ${places.length > 3 && places.every((id) => id === inHandler)}`)
      })
      setTimeout(() => response.end('done'), 5)
    })
    return
  }
  if (request.url.startsWith('/status/')) response.statusCode = Number(request.url.slice(8))
  if (request.url.startsWith('/hang')) return void response.write('half')
  response.end('ok')
})

server.listen(0, '127.0.0.1', () => void main())

async function main() {
  const { port } = server.address()
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  await send({ path: '/plain?a=1&b=two' })
  await send({ path: '/plain', headers: { 'user-agent': 'tester/1.0', host: 'shop.example:8443' } })
  await send({ path: '/signed?sig=abc&x=1' })
  await send({ path: '/a/../b%20c' })
  await send({ path: '/status/404' })
  await send({ path: '/status/503' })
  await send({ path: '/options', method: 'OPTIONS' })
  await send({ path: '/find', method: 'PROPFIND' })
  await send({ path: '/body', method: 'POST', body: 'x'.repeat(200_000) })
  // By hand: the agent writes the header of requests that it sees go out.
  const traceparent = (flags) => `traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-${flags}\r\n`
  await raw(`GET /far HTTP/1.1\r\nHost: h\r\nConnection: close\r\n${traceparent('01')}\r\n`)
  await raw(`GET /unsampled HTTP/1.1\r\nHost: h\r\nConnection: close\r\n${traceparent('00')}\r\n`)
  await send({
    path: '/xf',
    headers: {
      'x-forwarded-for': '10.1.2.3, 10.0.0.1',
      'x-forwarded-host': 'pub.example',
      'x-forwarded-proto': 'https',
    },
  })
  await send({
    path: '/fwd',
    headers: { forwarded: 'for="[2001:db8::17]:4711";proto=https;host=f.example, for=10.0.0.9' },
  })
  await raw(`GET http://127.0.0.1/absolute?q=1 HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`)
  await raw('GET /old HTTP/1.0\r\n\r\n')
  await hangUp()
  agent.destroy()
  server.close()
  server.closeAllConnections()

  function send({ path, method = 'GET', headers = {}, body }) {
    return new Promise((resolve, reject) => {
      const request = http.request({ port, host: '127.0.0.1', path, method, headers, agent }, (response) => {
        response.resume().on('end', resolve)
      })
      request.on('error', reject).end(body)
    })
  }

  function raw(text) {
    return new Promise((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => socket.write(text))
      socket.resume().on('close', resolve)
    })
  }

  function hangUp() {
    return new Promise((resolve) => {
      const socket = net.connect(port, '127.0.0.1', () => socket.write('GET /hang HTTP/1.1\r\nHost: h\r\n\r\n'))
      socket.once('data', () => socket.destroy())
      server.once('request', (_request, response) => response.on('close', () => setImmediate(resolve)))
    })
  }
}
