/** The thread that sends the last requests of a process that is ending; see `send-before-exit.ts`. */
import http from 'node:http'
import https from 'node:https'
import { workerData } from 'node:worker_threads'
import { FATES, type Fate } from './exit-fates.ts'
import { compressedSync } from './pipeline/compression.ts'
import { judgeAnswer } from './pipeline/judge-answer.ts'
import type { ExitRequest, ExitWorkerData } from './send-before-exit.ts'

const { requests, state } = workerData as ExitWorkerData
await Promise.all(
  requests.map(async (request, index) => Atomics.store(state, index + 1, FATES.indexOf(await post(request)))),
)
Atomics.store(state, 0, 1)
Atomics.notify(state, 0)

function post({ url, headers, body }: ExitRequest): Promise<Fate> {
  return new Promise((resolve) => {
    const request = (url.startsWith('https:') ? https : http).request(url, { method: 'POST', headers, agent: false })
    request.on('response', (response) => {
      response.resume()
      const { retry, reason } = judgeAnswer(response.statusCode ?? 0, undefined)
      resolve(retry ? 'later' : reason === undefined ? 'accepted' : 'refused')
    })
    request.on('error', () => resolve('unreachable'))
    request.end(compressedSync(body, headers['content-encoding']))
  })
}
