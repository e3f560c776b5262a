// A server whose requests have layers of spans around their work. Asked by itself, as fast as it answers, until it has been
// told to stop; then prints how often it was asked.
import { SpanKind, trace } from '@opentelemetry/api'
import http from 'node:http'

const tracer = trace.getTracer('layers')
const server = http.createServer((request, response) => {
  tracer.startActiveSpan('layer', (outer) => {
    tracer.startActiveSpan('inner layer', (inner) => {
      for (let i = 0; i < 20; i++) inner.setAttribute(`attribute.${i}`, 'x'.repeat(50))
      tracer.startSpan('call', { kind: SpanKind.CLIENT }).end()
      inner.end()
    })
    outer.end()
  })
  response.end('ok')
})
let asked = 0
let over = false
process.on('SIGTERM', () => (over = true))
server.listen(0, '127.0.0.1', () => {
  console.log('ready')
  void main()
})

async function main() {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 4 })
  const options = { port: server.address().port, host: '127.0.0.1', agent }
  const ask = () => new Promise((resolve) => http.get(options, (response) => response.resume().on('end', resolve)))
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      while (!over) {
        await ask()
        asked++
      }
    }),
  )
  console.log(`asked ${asked}`)
  agent.destroy()
  server.close()
  server.closeAllConnections()
}
