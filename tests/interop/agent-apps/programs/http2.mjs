// A server by HTTP/2 and a client of it, in each of the ways there are; the client works inside a request to /work. The
// peer is asked from the places where the context is looked for.
import { once } from 'node:events'
import { createServer as createPeer } from 'node:http'
import http2 from 'node:http2'
import { createRequire } from 'node:module'
import { request as httpsRequest } from 'node:https'
import { readFileSync } from 'node:fs'
import { inRequest } from './in-request.mjs'

const require = createRequire(import.meta.url)
const [kind] = process.argv.slice(2)
const peer = createPeer((_request, response) => response.end('ok'))
await once(peer.listen(0, '127.0.0.1'), 'listening')
const askPeer = (path) => fetch(`http://127.0.0.1:${peer.address().port}/${path}`).then((answer) => answer.text())
const tls = () => ({ key: readFileSync(process.env.TEST_KEY), cert: readFileSync(process.env.TEST_CERT) })

const servers = {
  stream() {
    return http2.createServer().on('stream', (stream, headers) => {
      const path = headers[':path']
      if (path === '/broken') {
        stream.respond({ ':status': 500 }, { endStream: true })
        return
      }
      stream.resume().on('end', () =>
        askPeer(`inside${path.split('?')[0]}`).then(() => {
          stream.respond({ ':status': 200 })
          stream.end('ok')
        }),
      )
    })
  },
  session() {
    // The stream of a session rather than of the server.
    return http2.createServer().on('session', (session) => {
      session.on('stream', (stream, headers) => {
        stream.respond({ ':status': headers[':path'] === '/broken' ? 500 : 200 })
        stream.end('ok')
      })
    })
  },
  request(make = (handler) => http2.createServer(handler)) {
    return make((request, response) => {
      if (request.url === '/broken') return void response.writeHead(500).end()
      request.resume().on('end', () => askPeer(`inside${request.url.split('?')[0]}`).then(() => response.end('ok')))
    })
  },
  secure: () => servers.request((handler) => http2.createSecureServer({ ...tls(), allowHTTP1: true }, handler)),
  async koa() {
    const Koa = require('koa')
    const { Router } = require('@koa/router')
    const app = new Koa({ env: 'test' })
    app.silent = true
    const router = new Router()
    router.all('/users/:id', async (context) => {
      await askPeer(`inside/users/7`)
      context.body = 'ok'
    })
    router.get('/broken', () => {
      throw new TypeError('broken')
    })
    app.use(router.routes())
    return http2.createServer(app.callback())
  },
  async fastify() {
    const app = require('fastify')({ http2: true })
    app.all('/users/:id', async () => {
      await askPeer('inside/users/7')
      return 'ok'
    })
    app.get('/broken', async () => {
      throw new TypeError('broken')
    })
    await app.ready()
    return app.server
  },
  async hono() {
    const { Hono } = require('hono')
    const { createAdaptorServer } = require('@hono/node-server')
    const app = new Hono()
    app.all('/users/:id', async (context) => {
      await askPeer('inside/users/7')
      return context.text('ok')
    })
    app.get('/broken', () => {
      throw new TypeError('broken')
    })
    app.onError((_error, context) => context.text('broken', 500))
    return createAdaptorServer({ fetch: app.fetch, createServer: http2.createServer })
  },
}

const server = await servers[kind]()
await once(server.listen(0, '127.0.0.1'), 'listening')
const { port } = server.address()
const origin = `${kind === 'secure' ? 'https' : 'http'}://localhost:${port}`

await inRequest(async () => {
  const ca = kind === 'secure' ? { ca: tls().cert } : {}
  const session = http2.connect(origin, ca)
  const ask = async (headers, body) => {
    const stream = session.request(headers)
    if (body !== undefined) stream.end(body)
    let inner
    stream.on('response', () => (inner = askPeer('answered')))
    const [answer] = await once(stream, 'response')
    stream.resume()
    if (!stream.closed) await once(stream, 'close')
    await inner
    return answer[':status']
  }
  const statuses = [
    await ask({ ':path': '/users/7?x=1', ':method': 'POST', 'user-agent': 'tester/2' }, 'body'),
    await ask({ ':path': '/broken' }),
  ]
  if (kind === 'secure') {
    const { Agent, request } = require('undici')
    const dispatcher = new Agent({ allowH2: true, connect: ca })
    const { statusCode, body } = await request(`${origin}/by-undici`, { dispatcher })
    await body.text()
    await dispatcher.close()
    statuses.push(statusCode)
    statuses.push(
      await new Promise((resolve, reject) => {
        httpsRequest(`${origin}/by-http1`, { ...ca, agent: false }, (answer) => {
          answer.resume().on('end', () => resolve(answer.statusCode))
        })
          .on('error', reject)
          .end()
      }),
    )
  }
  console.log(statuses.join(' '))
  session.close()
  await once(session, 'close')
})
server.close()
peer.close()
peer.closeAllConnections()
