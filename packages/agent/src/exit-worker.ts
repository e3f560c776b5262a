/** The thread that sends the last requests of a process that is ending; see `send-before-exit.ts`. */
import http from 'node:http'
import https from 'node:https'
import { workerData } from 'node:worker_threads'
import { compressedSync } from './pipeline/compression.ts'
import type { PendingRequest } from './otlp-transport.ts'
import type { ExitWorkerData } from './send-before-exit.ts'

const { requests, done } = workerData as ExitWorkerData
await Promise.all(requests.map(post))
Atomics.store(done, 0, 1)
Atomics.notify(done, 0)

function post({ url, headers, body }: PendingRequest): Promise<void> {
  return new Promise((resolve) => {
    const request = (url.startsWith('https:') ? https : http).request(url, { method: 'POST', headers, agent: false })
    request.on('response', (response) => {
      response.resume()
      resolve()
    })
    request.on('error', () => resolve())
    request.end(compressedSync(body, headers['content-encoding']))
  })
}
