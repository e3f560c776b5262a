import type { ClientRequest } from 'node:http'
import type { Link, LinkEnd, LinkEvents, LinkTarget } from './link.ts'
import { quietRequest } from './quiet-request.ts'

/** How long the server may keep a request until it has news (RFC 7240, `Prefer: wait`). */
const WAIT_S = 20
/** How often one that does not wait is asked; the specification's default. */
const POLL_MS = 30_000
/** Between two requests at least, whatever the server says. */
const MIN_PAUSE_MS = 250
const TIMEOUT_MS = (WAIT_S + 10) * 1000
const MAX_ANSWER_BYTES = 1024 * 1024

/**
 * OpAMP over plain HTTP: every message is a request. Between messages `poll` is asked for one, so that the server can say
 * something; a server that waits for news with its answer is heard at once.
 */
export function openHttp(
  { url, headers, ca }: LinkTarget,
  events: LinkEvents & { readonly poll: () => Uint8Array },
): Link {
  let over = false
  let running: ClientRequest | undefined
  let timer: NodeJS.Timeout | undefined
  const end = (why: LinkEnd): void => {
    if (over) return
    over = true
    clearTimeout(timer)
    running?.destroy()
    events.onClose(why)
  }
  const post = (body: Uint8Array): void => {
    clearTimeout(timer)
    // What waits for news makes way for what there is to say; the server has its message already.
    const before = running
    running = undefined
    before?.destroy()
    const request = quietRequest(url, {
      method: 'POST',
      agent: false,
      ...(ca === undefined ? {} : { ca }),
      timeout: TIMEOUT_MS,
      headers: {
        ...headers,
        'content-type': 'application/x-protobuf',
        'content-length': String(body.byteLength),
        prefer: `wait=${WAIT_S}`,
      },
    })
    running = request
    const mine = (act: () => void) => (): void => {
      if (running === request) act()
    }
    request.on(
      'timeout',
      mine(() => end({ reason: 'the server does not answer' })),
    )
    request.on('error', (error) => {
      if (running === request) end({ reason: error.message })
    })
    request.on('response', (response) => {
      const chunks: Buffer[] = []
      let bytes = 0
      response.on('error', () => undefined)
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > MAX_ANSWER_BYTES) request.destroy(new Error('the answer is too long'))
        else chunks.push(chunk)
      })
      response.on('end', () => {
        if (running !== request || over) return
        running = undefined
        const { statusCode = 0 } = response
        if (statusCode !== 200) {
          const retryAfterMs = Number(response.headers['retry-after']) * 1000
          return end({ reason: `HTTP ${statusCode}`, ...(retryAfterMs > 0 ? { retryAfterMs } : {}) })
        }
        const waits = response.headers['preference-applied'] !== undefined
        timer = setTimeout(() => post(events.poll()), waits ? MIN_PAUSE_MS : POLL_MS).unref()
        events.onMessage(Buffer.concat(chunks))
      })
    })
    request.end(body)
  }
  queueMicrotask(() => {
    if (!over) events.onOpen()
  })
  return {
    send: (bytes) => {
      if (!over) post(bytes)
    },
    close: () => {
      over = true
      clearTimeout(timer)
      running?.destroy()
    },
  }
}
