// Places where asynchronous context is known to get lost, one after the other, each in a request of its own.
import { fork, spawn } from 'node:child_process'
import cluster from 'node:cluster'
import { EventEmitter, once } from 'node:events'
import { createServer } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { Readable, Transform } from 'node:stream'
import { MessageChannel, Worker } from 'node:worker_threads'
import { CronJob } from 'cron'
import genericPool from 'generic-pool'
import cron from 'node-cron'
import schedule from 'node-schedule'
import Piscina from 'piscina'
import { WebSocket, WebSocketServer } from 'ws'
import { inRequest, setting } from './in-request.mjs'

const peer = setting('TEST_PEER')
const call = (what) => fetch(`${peer}/${what}`).then((answer) => answer.text())
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const file = (name) => new URL(`./${name}`, import.meta.url)

const PLACES = {
  promises: async () => {
    await null
    await Promise.all([sleep(1), new Promise((resolve) => setImmediate(resolve))])
    await call('promises')
  },
  timers: () =>
    new Promise((resolve) =>
      setTimeout(() => queueMicrotask(() => process.nextTick(() => resolve(call('timers')))), 5),
    ),
  emitter: async () => {
    const emitter = new EventEmitter()
    setTimeout(() => emitter.emit('go'), 5)
    await once(emitter, 'go')
    await call('emitter')
  },
  stream: async () => {
    const upper = new Transform({
      transform: (chunk, _encoding, done) => call('stream').then(() => done(null, String(chunk).toUpperCase())),
    })
    await pipeline(Readable.from(['a']), upper, async (source) => {
      for await (const chunk of source) void chunk
    })
  },
  thenable: async () => {
    const builder = { then: (resolve, reject) => call('thenable').then(resolve, reject) }
    await builder
  },
  'generic-pool': async () => {
    const held = await pool.acquire()
    const waiting = pool.acquire().then(async (resource) => {
      await call('generic-pool')
      await pool.release(resource)
    })
    await sleep(5)
    await pool.release(held)
    await waiting
  },
  worker: async () => {
    const worker = new Worker(file('context-worker.mjs'), { workerData: { url: `${peer}/worker` } })
    await once(worker, 'exit')
  },
  'worker-message': async () => {
    longWorker.postMessage({ url: `${peer}/worker-message` })
    await once(longWorker, 'message')
    await call('worker-answer')
  },
  port: async () => {
    const { port1, port2 } = new MessageChannel()
    const answered = new Promise((resolve) => port2.on('message', (message) => resolve(call(message))))
    port1.postMessage('port')
    await answered
    port1.close()
  },
  piscina: () => piscina.run({ url: `${peer}/piscina` }),
  child: async () => {
    const child = spawn(process.execPath, [file('context-child.mjs').pathname, `${peer}/child`], { stdio: 'inherit' })
    await once(child, 'exit')
  },
  ipc: async () => {
    forked.send({ url: `${peer}/ipc` })
    await once(forked, 'message')
    await call('ipc-answer')
  },
  cluster: async () => {
    clusterWorker.send({ url: `${peer}/cluster` })
    await once(clusterWorker, 'message')
  },
  sse: async () => {
    const answer = await fetch(`http://127.0.0.1:${events.address().port}/events`)
    for await (const chunk of answer.body) {
      await call('sse')
      if (String(Buffer.from(chunk)).includes('last')) break
    }
  },
  ws: async () => {
    socket.send('hello')
    await once(socket, 'message')
    await call('ws-answer')
  },
}

const pool = genericPool.createPool({ create: async () => ({}), destroy: async () => undefined }, { max: 1 })
const longWorker = new Worker(file('context-worker.mjs'), { workerData: {} })
const piscina = new Piscina({ filename: file('context-piscina.mjs').href, maxThreads: 1 })
const forked = fork(file('context-child.mjs'))
cluster.setupPrimary({ exec: file('context-child.mjs').pathname })
const clusterWorker = cluster.fork()
// Listened for at once: who is ready says so only once.
const ready = Promise.all([once(forked, 'message'), once(clusterWorker, 'message')])
const events = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.write('data: first\n\n')
  setTimeout(() => response.end('data: last\n\n'), 10)
})
await new Promise((resolve) => events.listen(0, '127.0.0.1', resolve))
const sockets = new WebSocketServer({ port: 0, host: '127.0.0.1' })
await once(sockets, 'listening')
sockets.on('connection', (server) => server.on('message', () => call('ws').then(() => server.send('done'))))
const socket = new WebSocket(`ws://127.0.0.1:${sockets.address().port}`)
await once(socket, 'open')
await ready

for (const [name, work] of Object.entries(PLACES)) {
  await inRequest(async () => {
    await call(`${name}-begin`)
    await work()
    await call(`${name}-end`)
  })
}

// A job begins a trace of its own each time, also when it was set up in a request.
const jobs = []
const everySecond = '* * * * * *'
const LIBRARIES = {
  'node-cron': (work) => jobs.push(cron.schedule(everySecond, work)),
  cron: (work) => jobs.push(CronJob.from({ cronTime: everySecond, onTick: work, start: true })),
  'cron-new': (work) => jobs.push(new CronJob(everySecond, work, null, true)),
  'node-schedule': (work) => jobs.push(schedule.scheduleJob(everySecond, work)),
}
for (const [name, begin] of Object.entries(LIBRARIES)) {
  await inRequest(() => new Promise((resolve) => begin(() => call(`${name}-job`).then(resolve))))
}
for (const job of jobs) await (job.destroy ?? job.stop ?? job.cancel).call(job)
// A thread that is terminated sends nothing more.
await sleep(Number(setting('TEST_WAIT_MS')))
await longWorker.terminate()
await piscina.destroy()
forked.disconnect()
clusterWorker.disconnect()
socket.terminate()
sockets.close()
events.close()
