/** Who wants to know how a promise ends. */
interface Waiting {
  settled(failure: boolean, value: unknown): void
}

interface Followed {
  promise: Promise<unknown>
  /** Undefined once the promise has settled. */
  waiting: Waiting[] | undefined
  failure: boolean
  value: unknown
}

const followed = new WeakMap<Promise<unknown>, Followed>()
// Taken once: a program may put its own in their place.
const then = Reflect.get(Promise.prototype, 'then') as (...args: unknown[]) => unknown

/** A promise of this realm, subclasses included. */
export function isPromise(value: unknown): value is Promise<unknown> {
  return value instanceof Promise
}

/** Waits for a promise that somebody else is certain to handle. It stays what it is; nobody can tell. */
export function observe(promise: Promise<unknown>, waiting: Waiting): void {
  void Reflect.apply(then, promise, [
    (value: unknown) => waiting.settled(false, value),
    (error: unknown) => waiting.settled(true, error),
  ])
}

/**
 * Waits for a promise of which nobody knows whether it will be handled, and gives the promise to hand on instead: a rejection
 * that nobody handles must stay one. The same promise has the same successor each time, and a successor has none. Undefined
 * for promises with methods or values of their own, which a successor would not have.
 */
export function follow(promise: Promise<unknown>, waiting: Waiting): Promise<unknown> | undefined {
  let entry = followed.get(promise)
  if (entry === undefined) {
    // Symbols do not count: Node keeps its async ids there.
    if (Object.getPrototypeOf(promise) !== Promise.prototype || Object.getOwnPropertyNames(promise).length > 0) {
      return undefined
    }
    entry = successorOf(promise)
    followed.set(promise, entry)
    followed.set(entry.promise, entry)
  }
  if (entry.waiting === undefined) waiting.settled(entry.failure, entry.value)
  else entry.waiting.push(waiting)
  return entry.promise
}

function successorOf(promise: Promise<unknown>): Followed {
  const entry: Followed = { promise, waiting: [], failure: false, value: undefined }
  const settle = (failure: boolean, value: unknown): void => {
    const { waiting = [] } = entry
    Object.assign(entry, { waiting: undefined, failure, value })
    for (const one of waiting) one.settled(failure, value)
  }
  entry.promise = Reflect.apply(then, promise, [
    (value: unknown) => {
      settle(false, value)
      return value
    },
    (error: unknown) => {
      settle(true, error)
      throw error
    },
  ]) as Promise<unknown>
  return entry
}
