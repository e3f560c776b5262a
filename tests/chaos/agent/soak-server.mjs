// Answers requests over kept connections, each with a timer and a call of its own, and says how much memory was held in the
// middle and at the end, after the garbage collector has run.
import { Agent, createServer, get } from 'node:http'

const wanted = Number(process.argv[2])
const CONNECTIONS = 16
const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
const server = createServer((request, response) => {
  if (request.url === '/inner') return response.end('inner')
  setImmediate(() => {
    get({ host: '127.0.0.1', port: server.address().port, path: '/inner', agent: inner }, (answer) => {
      answer.resume().on('end', () => response.end('ok'))
    })
  })
})
// A machine that stands still for seconds must not end connections: they are to be kept.
server.keepAliveTimeout = 0
const inner = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const outer = new Set()

function one() {
  return new Promise((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port: server.address().port, path: '/', agent }, (answer) => {
      answer.resume().on('end', resolve)
    })
    request.on('socket', (socket) => outer.add(socket)).on('error', reject)
  })
}

let done = 0
async function until(limit) {
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (done < limit) {
        done++
        await one()
      }
    }),
  )
}

/** What is still held when the exporter has had time to send. */
async function held() {
  await new Promise((resolve) => setTimeout(resolve, 3000))
  for (let i = 0; i < 4; i++) {
    globalThis.gc()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

await until(wanted / 2)
const middleBytes = await held()
await until(wanted)
const endBytes = await held()
const connections = outer.size
console.log(JSON.stringify({ middleBytes, endBytes, requests: done, connections }))
server.close()
server.closeAllConnections()
agent.destroy()
inner.destroy()
