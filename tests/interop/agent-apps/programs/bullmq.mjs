import { Queue, Worker } from 'bullmq'
import { inRequest, setting } from './in-request.mjs'

const { hostname: host, port } = new URL(setting('TEST_REDIS'))
const connection = { host, port: Number(port), maxRetriesPerRequest: null }
const queue = new Queue('mails', { connection })
await queue.waitUntilReady()
let done = 0
const worker = new Worker(
  'mails',
  async (job) => {
    await fetch(setting('TEST_PEER')).then((answer) => answer.text())
    if (job.name === 'broken') throw new TypeError('broken')
  },
  { connection },
)
const both = new Promise((resolve) => {
  const count = () => ++done === 3 && resolve()
  worker.on('completed', count).on('failed', count)
})
await inRequest(async () => {
  await queue.add('welcome', { to: 'a' })
  await queue.addBulk([
    { name: 'broken', data: {} },
    { name: 'second', data: {} },
  ])
})
await both
await worker.close()
await queue.close()
