import { Worker } from 'node:worker_threads'
import type { PendingRequest } from './otlp-transport.ts'

/** What the sending thread is given; `done` becomes 1 when it has finished. */
export interface ExitWorkerData {
  readonly clewExitWorker: true
  readonly requests: readonly PendingRequest[]
  readonly done: Int32Array<SharedArrayBuffer>
}

/**
 * Posts the requests and returns when they are answered, or after `budgetMs`. For the 'exit' event, where this thread
 * gets no further turn: another thread does the sending while this one waits. Failures are not reported.
 */
export function sendBeforeExit(requests: readonly PendingRequest[], budgetMs: number): void {
  if (requests.length === 0 || budgetMs <= 0) return
  const beganMs = performance.now()
  const done = new Int32Array(new SharedArrayBuffer(4))
  const workerData: ExitWorkerData = { clewExitWorker: true, requests, done }
  try {
    const worker = new Worker(new URL('./exit-worker.js', import.meta.url), {
      workerData,
      execArgv: [],
      env: { ...process.env, NODE_OPTIONS: '' },
      stdout: true,
      stderr: true,
    })
    worker.on('error', () => undefined)
    Atomics.wait(done, 0, 0, Math.max(0, budgetMs - (performance.now() - beganMs)))
  } catch {
    // Out of memory or threads: the telemetry is lost, the program ends as it wanted to.
  }
}
