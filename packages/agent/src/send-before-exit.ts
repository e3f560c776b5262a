import { Worker } from 'node:worker_threads'
import { FATES, type Fate } from './exit-fates.ts'
import type { LastRequest } from './last-requests.ts'

/** A request of the sending thread; an empty body asks whether anybody is there. */
export interface ExitRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** What the sending thread is given: `state` is 1 at 0 when it has finished, and has the fate of each request behind that. */
export interface ExitWorkerData {
  readonly clewExitWorker: true
  readonly requests: readonly ExitRequest[]
  readonly state: Int32Array<SharedArrayBuffer>
}

/**
 * Posts the requests and returns when they are answered, or after `budgetMs`, with what became of each. For the 'exit' event,
 * where this thread gets no further turn: another thread does the sending while this one waits. What the network has taken
 * already is not sent again: it has arrived if the backend answers to anything.
 */
export function sendBeforeExit(requests: readonly LastRequest[], budgetMs: number): Fate[] {
  const posts = postsFor(requests)
  const fates = posts.length === 0 || budgetMs <= 0 ? [] : post(posts, budgetMs)
  const answering = new Set(posts.flatMap(({ url }, index) => (hasAnswered(fates[index]) ? [url] : [])))
  return requests.map((request) => {
    if (request.handedOver) return answering.has(request.url) ? 'accepted' : 'no-answer'
    return fates[posts.indexOf(request)] ?? 'no-answer'
  })
}

/** The requests that have to be sent, and a question for each address where there are none. */
function postsFor(requests: readonly LastRequest[]): ExitRequest[] {
  const posts: ExitRequest[] = requests.filter(({ handedOver }) => !handedOver)
  const asked = new Set(posts.map(({ url }) => url))
  for (const { url, headers } of requests) {
    if (asked.has(url)) continue
    asked.add(url)
    posts.push({ url, headers, body: emptyBody(headers) })
  }
  return posts
}

/** No message at all is one of protobuf; JSON wants braces. */
function emptyBody(headers: Readonly<Record<string, string>>): Uint8Array {
  const isJson = Object.entries(headers).some(
    ([name, value]) => name.toLowerCase() === 'content-type' && value.includes('json'),
  )
  return new TextEncoder().encode(isJson ? '{}' : '')
}

function hasAnswered(fate: Fate | undefined): boolean {
  return fate === 'accepted' || fate === 'refused' || fate === 'later'
}

function post(posts: readonly ExitRequest[], budgetMs: number): Fate[] {
  const beganMs = performance.now()
  const state = new Int32Array(new SharedArrayBuffer(4 * (posts.length + 1)))
  const requests = posts.map(({ url, headers, body }) => ({ url, headers, body }))
  const workerData: ExitWorkerData = { clewExitWorker: true, requests, state }
  try {
    const worker = new Worker(new URL('./exit-worker.js', import.meta.url), {
      workerData,
      execArgv: [],
      env: { ...process.env, NODE_OPTIONS: '' },
      stdout: true,
      stderr: true,
    })
    worker.on('error', () => undefined)
    Atomics.wait(state, 0, 0, Math.max(0, budgetMs - (performance.now() - beganMs)))
  } catch {
    // Out of memory or threads: the telemetry is lost, the program ends as it wanted to.
  }
  return posts.map((_request, index) => FATES[Atomics.load(state, index + 1)] ?? 'no-answer')
}
