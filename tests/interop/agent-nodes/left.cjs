// A context is left when the work of its request on the stack is done, whoever has emitted the request.
const { trace } = require('@opentelemetry/api')
const http = require('node:http')
const net = require('node:net')

const current = () => trace.getActiveSpan()?.spanContext().spanId
const seen = []
let between = 0
const server = http.createServer((request, response) => void answer(request, response))

async function answer(request, response) {
  const before = current()
  await new Promise((resolve) => setTimeout(resolve, 5))
  seen.push({ url: request.url, same: before !== undefined && before === current(), span: before })
  response.on('finish', () => seen.push({ url: `${request.url} finish`, same: before === current(), span: before }))
  response.end('ok')
}

server.on('connection', (socket) =>
  socket.on('data', () => {
    if (current() !== undefined) between++
  }),
)

server.listen(0, '127.0.0.1', () => void main())

async function main() {
  const socket = net.connect(server.address().port, '127.0.0.1')
  const ask = (path) => `GET ${path} HTTP/1.1\r\nHost: here\r\n\r\n`
  // Two in one packet, one more on the same connection.
  socket.write(ask('/1') + ask('/2'))
  await answers(socket, 2)
  socket.write(ask('/3'))
  await answers(socket, 1)
  socket.destroy()
  const request = new http.IncomingMessage(new net.Socket())
  Object.assign(request, { method: 'GET', url: '/emitted', headers: {} })
  server.emit('request', request, new http.ServerResponse(request))
  const after = current()
  await new Promise((resolve) => setTimeout(resolve, 50))
  const spans = new Set(seen.map(({ span }) => span))
  const wrong = seen.filter(({ same }) => !same).map(({ url }) => url)
  console.log(JSON.stringify({ wrong, spans: spans.size, between, after: after ?? null, late: current() ?? null }))
  server.close()
  server.closeAllConnections()
}

function answers(socket, count) {
  let left = count
  return new Promise((resolve) => {
    socket.on('data', (data) => {
      left -= String(data).split('HTTP/1.1 200').length - 1
      if (left <= 0) resolve()
    })
  })
}
