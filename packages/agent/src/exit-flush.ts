import { isMainThread } from 'node:worker_threads'
import { accountFor, type LastRequest } from './last-requests.ts'
import { sendBeforeExit } from './send-before-exit.ts'

/** What the end of a process needs from the pipelines. */
export interface ExitFlushOptions {
  /** The longest the agent may hold up the end of the program. */
  readonly budgetMs: number
  /** Sends everything, metrics included; may take for ever. `final` when nothing is expected to come after it. */
  readonly flush: (final: boolean) => Promise<void>
  /** Serializes everything that can be without a turn of the event loop and takes it off the queues. */
  readonly takePending: () => LastRequest[]
}

/**
 * Sends what is left when the process ends, whichever way it ends, within the budget:
 * - the event loop is empty: asynchronously, then the process ends by itself;
 * - SIGTERM or SIGINT that the program does not handle: asynchronously, then the signal takes its course;
 * - `process.exit()` and uncaught errors: traces and logs synchronously (metrics need the event loop and are left out).
 *
 * What the backend has not answered to by then is put on the disk (CLEW_SPOOL_DIR), or counted and said in one line.
 */
export function flushOnExit(options: ExitFlushOptions): void {
  // One budget for all of the end: what waiting for the loop has used up is not there a second time.
  let leftMs = options.budgetMs
  process.on('beforeExit', onEmptyLoop)
  process.on('exit', atTheEnd)
  // Threads get no signals: theirs end with the process or by themselves.
  for (const signal of isMainThread ? (['SIGTERM', 'SIGINT'] as const) : []) {
    onFatalSignal(signal, async (final) => {
      await within(final)
      // A signal ends the process without the event 'exit'.
      return atTheEnd
    })
  }

  let flushed = false
  function onEmptyLoop(): void {
    // The flush itself wakes the loop up, so this event comes again; once is enough, 'exit' sees to the rest.
    if (flushed) return
    flushed = true
    void within(true)
  }

  function atTheEnd(): void {
    const requests = options.takePending()
    accountFor(requests, sendBeforeExit(requests, leftMs))
  }

  async function within(final: boolean): Promise<void> {
    const beganMs = performance.now()
    await bounded(options.flush(final), leftMs)
    // A program that goes on after a signal has its whole budget still.
    if (final) leftMs = Math.max(0, leftMs - (performance.now() - beganMs))
  }
}

/** Resolves with the promise or after the budget; holds the process for exactly that long. */
async function bounded(promise: Promise<void>, budgetMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, budgetMs)
  })
  await Promise.race([promise.catch(() => undefined), limit])
  clearTimeout(timer)
}

/**
 * Runs `flush` when `signal` is about to end the process, then lets it. A program that handles the signal itself stays
 * in charge. Our listener is hidden from `process.listeners`, because libraries decide by the number of listeners
 * whether anybody else will end the process.
 */
function onFatalSignal(signal: NodeJS.Signals, flush: (final: boolean) => Promise<() => void>): void {
  const listener = (): void => {
    if (process.listenerCount(signal) > 0) {
      void flush(false)
      return
    }
    void flush(true).then((atTheEnd) => {
      if (process.listenerCount(signal) > 0) return
      atTheEnd()
      process.removeListener(signal, listener)
      process.kill(process.pid, signal)
    })
  }
  hide(signal, listener)
  process.on(signal, listener)
}

function hide(signal: NodeJS.Signals, hidden: () => void): void {
  type AnyListener = (...args: unknown[]) => void
  const target = process as unknown as {
    listeners: (event: string | symbol) => AnyListener[]
    listenerCount: (event: string | symbol, listener?: AnyListener) => number
  }
  const { listeners, listenerCount } = target
  target.listeners = function (event) {
    const all = listeners.call(process, event)
    return event === signal ? all.filter((listener) => listener !== hidden) : all
  }
  target.listenerCount = function (event, listener) {
    const count = listenerCount.call(process, event, listener)
    const ours = event === signal && listener === undefined && listeners.call(process, event).includes(hidden) ? 1 : 0
    return count - ours
  }
}
