import { ClewError } from '@clew/base/errors'
import { cancelledError } from './deadline.ts'

/** Hands out a fixed set of things one at a time; who finds none waits in line. */
export class SessionPool<Session> {
  private readonly free: Session[]
  private readonly waiting: { resolve: (session: Session) => void; reject: (error: unknown) => void }[] = []
  private readonly maxWaiting: number
  private closed = false

  constructor(sessions: readonly Session[], maxWaiting: number) {
    this.free = [...sessions]
    this.maxWaiting = maxWaiting
  }

  /**
   * Runs `work` with a session of its own. An abort while waiting leaves the line.
   * @throws ClewError QUERY_QUEUE_FULL, QUERY_CANCELLED, STORE_CLOSED
   */
  async use<Result>(work: (session: Session) => Promise<Result>, abort?: AbortSignal): Promise<Result> {
    const session = await this.acquire(abort)
    try {
      return await work(session)
    } finally {
      const next = this.waiting.shift()
      if (next === undefined) this.free.push(session)
      else next.resolve(session)
    }
  }

  /** Refuses everyone who waits or comes later. */
  close(): void {
    this.closed = true
    for (const waiter of this.waiting.splice(0)) waiter.reject(closedError())
  }

  private async acquire(abort: AbortSignal | undefined): Promise<Session> {
    if (this.closed) throw closedError()
    if (abort?.aborted === true) throw cancelledError()
    const session = this.free.pop()
    if (session !== undefined) return session
    if (this.waiting.length >= this.maxWaiting) {
      throw new ClewError('QUERY_QUEUE_FULL', `${this.maxWaiting} queries are already waiting`, {
        fix: 'try again in a moment',
      })
    }
    return await new Promise<Session>((resolve, reject) => {
      const waiter = {
        resolve: (given: Session) => {
          abort?.removeEventListener('abort', leave)
          resolve(given)
        },
        reject,
      }
      const leave = (): void => {
        const at = this.waiting.indexOf(waiter)
        if (at < 0) return
        this.waiting.splice(at, 1)
        reject(cancelledError())
      }
      abort?.addEventListener('abort', leave, { once: true })
      this.waiting.push(waiter)
    })
  }
}

function closedError(): ClewError {
  return new ClewError('STORE_CLOSED', 'the store is closed')
}
