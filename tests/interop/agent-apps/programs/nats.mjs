// Core NATS by callbacks, loops and requests; then a stream. Argument `nats`: the older package that has all in one.
import { inRequest, setting } from './in-request.mjs'

const old = process.argv[2] === 'nats'
const { connect, headers } = await import(old ? 'nats' : '@nats-io/transport-node')
const connection = await connect({ servers: setting('TEST_NATS') })
const call = (what) => fetch(`${setting('TEST_PEER')}/${what}`).then((answer) => answer.text())
const [jetstream, jetstreamManager] = old
  ? [(nc) => nc.jetstream(), (nc) => nc.jetstreamManager()]
  : await import('@nats-io/jetstream').then((js) => [js.jetstream, js.jetstreamManager])

let arrived
const called = new Promise((resolve) => (arrived = resolve))
connection.subscribe('called.*', {
  queue: 'workers',
  callback: (error, message) => {
    if (error) throw error
    void call('called').then(() => arrived(message.headers.get('mine')))
  },
})
connection.subscribe('asked', {
  callback: (_error, message) => void call('asked').then(() => message.respond('answer')),
})
const looped = connection.subscribe('looped')
const loop = (async () => {
  await call('before-loop')
  for await (const message of looped) {
    const n = message.string()
    // Not waited for: it keeps its own message's context.
    const later = new Promise((resolve) => setTimeout(resolve, 30)).then(() => call(`looped-late-${n}`))
    await call(`looped-${n}`)
    if (n === '2') {
      await later
      break
    }
  }
  await call('after-loop')
})()
const big = connection.info.max_payload
const mine = headers()
mine.set('mine', 'stays')
await connection.flush()

await inRequest(async () => {
  connection.publish('called.one', 'x', { headers: mine })
  const answer = await connection.request('asked', 'question', { timeout: 5000 })
  if (answer.string() !== 'answer') throw new Error('no answer')
  connection.publish('looped', '1')
  connection.publish('looped', '2')
  // As large as the server takes: there is no room for a context.
  connection.publish('big', 'x'.repeat(big))
  await connection.flush()
})
if ((await called) !== 'stays' || mine.keys().length !== 1) throw new Error('headers were changed')
await loop

const manager = await jetstreamManager(connection)
await manager.streams.add({ name: 'MAILS', subjects: ['mails.>'] })
await manager.consumers.add('MAILS', { durable_name: 'sender', ack_policy: 'explicit' })
const stream = jetstream(connection)
await inRequest(async () => {
  for (const n of [1, 2, 3, 4]) await stream.publish('mails.new', String(n))
})
const consumer = await stream.consumers.get('MAILS', 'sender')
const fetched = await consumer.fetch({ max_messages: 1, expires: 5000 })
for await (const message of fetched) {
  await call('fetched')
  message.ack()
}
const first = await consumer.next({ expires: 5000 })
first.ack()
let stop
const consumed = new Promise((resolve) => (stop = resolve))
const consuming = await consumer.consume({
  callback: (message) => {
    void call('consumed').then(() => {
      message.ack()
      stop()
    })
  },
})
await consumed
consuming.stop()
await manager.streams.delete('MAILS')
await connection.drain()
