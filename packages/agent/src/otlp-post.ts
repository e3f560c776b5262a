import http from 'node:http'
import https from 'node:https'
import { goesOverSocket, postOverSocket } from './otlp-socket.ts'
import { outcomeOf } from './pipeline/answer-text.ts'
import { judgeFailure, type Outcome } from './pipeline/judge-answer.ts'

// The functions as Node made them: the instrumentation replaces these properties, and the agent must not see itself.
const requestHttp = http.request
const requestHttps = https.request

/** Where a body goes, and how. */
export interface Destination {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly agent: http.Agent | https.Agent | undefined
  /** What a refusal says is read. */
  readonly wantsText: boolean
}

/**
 * Posts a body and says what came of it; `onHandedOver` is called when the network has all of it. Its socket does not keep the
 * program alive. Rejects only where the destination cannot be one.
 */
export function postBody(body: Uint8Array, destination: Destination, onHandedOver: () => void): Promise<Outcome> {
  const { headers, timeoutMs, agent, wantsText } = destination
  if (goesOverSocket(destination)) return postOverSocket(body, destination, onHandedOver)
  return new Promise((resolve) => {
    const url = new URL(destination.url)
    const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': String(body.byteLength) },
      timeout: timeoutMs,
      ...(agent === undefined ? {} : { agent }),
    })
    request.on('socket', (socket) => socket.unref())
    request.on('finish', onHandedOver)
    request.on('timeout', () => request.destroy(new Error('timed out')))
    request.on('error', (error: NodeJS.ErrnoException) => {
      // A kept connection that the backend has closed meanwhile says nothing about the backend; a new one is made.
      const stale = request.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE')
      resolve({ ...judgeFailure(error), stale })
    })
    request.on('response', (response) => void outcomeOf(response, wantsText).then(resolve))
    request.end(body)
  })
}
