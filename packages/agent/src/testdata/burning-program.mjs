// Burns processor time inside of requests that run at the same time, in a span of its own below one of them, and outside of
// all, and keeps memory. Says in JSON lines what was current where it burned.
import { trace } from '@opentelemetry/api'
import express from 'express'
import { once } from 'node:events'
import http from 'node:http'

const kept = []

function burn(ms) {
  const endMs = performance.now() + ms
  let sum = 0
  while (performance.now() < endMs) for (let i = 0; i < 20_000; i++) sum += Math.sqrt(i)
  return sum
}

// Not to be inlined into one another, so that each has its name in the stack.
const burnFirst = (ms) => burn(ms) + 1
const burnSecond = (ms) => burn(ms) + 2
const burnInner = (ms) => burn(ms) + 3
const burnOutside = (ms) => burn(ms) + 4

function keepMemory() {
  for (let i = 0; i < 40_000; i++) kept.push({ i, text: `kept ${i}`, more: [i, i + 1, i + 2] })
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

function say(where) {
  const { traceId, spanId, traceFlags } = trace.getActiveSpan()?.spanContext() ?? {}
  console.log(JSON.stringify({ where, traceId, spanId, sampled: (traceFlags & 1) === 1 }))
}

async function inSlices(action) {
  for (let slice = 0; slice < 10; slice++) {
    action(20)
    await turn()
    await Promise.resolve()
  }
}

const app = express()
app.get('/burn/:who', async (request, response) => {
  const first = request.params.who === 'first'
  say(request.params.who)
  await inSlices(first ? burnFirst : burnSecond)
  if (first) {
    await trace.getTracer('program').startActiveSpan('inner', async (span) => {
      say('inner')
      await inSlices(burnInner)
      span.end()
    })
  }
  response.end('burned')
})

const server = http.createServer(app).listen(0, '127.0.0.1')
await once(server, 'listening')
const get = async (path) => {
  const { port } = server.address()
  await (await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } })).text()
}
keepMemory()
await Promise.all([get('/burn/first'), get('/burn/second')])
await inSlices(burnOutside)
console.log('ready')
if (process.argv[2] === 'stay') setInterval(() => burnOutside(5), 20)
else server.close()
