import http from 'node:http'
import https from 'node:https'
import { judgeAnswer, type Outcome } from './pipeline/judge-answer.ts'

// The functions as Node made them: the instrumentation replaces these properties, and the agent must not see itself.
const requestHttp = http.request
const requestHttps = https.request

/** Where a body goes, and how. */
interface Destination {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly agent: http.Agent | https.Agent | undefined
}

/**
 * Posts a body and says what came of it; `onHandedOver` is called when the network has all of it. Its socket does not keep the
 * program alive. Never rejects.
 */
export function postBody(body: Uint8Array, destination: Destination, onHandedOver: () => void): Promise<Outcome> {
  const { headers, timeoutMs, agent } = destination
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
      const reason = error.code ?? error.message
      // A kept connection that the backend has closed meanwhile says nothing about the backend; a new one is made.
      const stale = request.reusedSocket && (reason === 'ECONNRESET' || reason === 'EPIPE')
      resolve({ retry: true, reason, stale })
    })
    request.on('response', (response) => {
      response.on('error', () => undefined).resume()
      resolve(judgeAnswer(response.statusCode ?? 0, response.headers['retry-after']))
    })
    request.end(body)
  })
}
