/** Where time comes from, so that tests own it. */
export interface Clock {
  /** Wall time, nanoseconds since 1970. */
  unixNanos(): bigint
  /** Wall time, milliseconds since 1970. */
  unixMillis(): number
  /** Monotonic milliseconds with a fraction; only differences have a meaning. */
  monotonicMillis(): number
  /** Calls back once after `delayMs`. The timer must not keep the process alive. Returns a function that cancels it. */
  after(delayMs: number, callback: () => void): () => void
}

function wallNanos(): bigint {
  return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n
}

/** The machine's clock. */
export const systemClock: Clock = {
  unixNanos: wallNanos,
  unixMillis: () => Date.now(),
  monotonicMillis: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs)
    timer.unref?.()
    return () => clearTimeout(timer)
  },
}
