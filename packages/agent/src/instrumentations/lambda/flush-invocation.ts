interface Flusher {
  readonly flush: () => Promise<void>
  readonly budgetMs: number
}

/** How long an answer waits while the backend was away the last time. */
const AWAY_MS = 20

let flusher: Flusher | undefined
let away = false

/** Says how everything is sent, and the longest an answer may wait for that. */
export function setInvocationFlush(value: Flusher): void {
  flusher = value
}

/**
 * Sends what there is before Lambda gets the answer, after which it may freeze the process: everything, metrics included,
 * within the budget and the time the function has left. Of a backend that did not take it in time little is expected until
 * it has taken something. Never rejects.
 */
export async function flushInvocation(remainingMs: number): Promise<void> {
  if (flusher === undefined) return
  const limitMs = Math.min(away ? AWAY_MS : flusher.budgetMs, Math.max(0, remainingMs))
  let timer: NodeJS.Timeout | undefined
  const flushed = flusher.flush().then(
    () => false,
    () => true,
  )
  void flushed.then((failed) => (away = failed))
  const limit = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(true), limitMs)
  })
  away = await Promise.race([flushed, limit])
  clearTimeout(timer)
}
