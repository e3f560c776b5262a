import { context as contextApi, type Context } from '@opentelemetry/api'
import { activeContext, contextStorage } from '../../context/agent-context.ts'
import type { MessageWork } from './messaging-tracer.ts'

/**
 * Iterates over messages so that the body of `for await` runs in the context of its message: what is done there for one
 * message belongs to it, until the loop asks for the next. A body has no callback that could be run in a context, and when
 * the loop asks, its message is not known yet: the context it goes on in is filled when the message is there, and given back
 * when the loop ends. `begin` must not throw; undefined leaves a message alone.
 */
export function traceLoop<T>(
  source: AsyncIterator<T>,
  begin: (message: T) => MessageWork | undefined,
): AsyncIterableIterator<T> {
  const storage = contextStorage()
  const outside = activeContext()
  let work: MessageWork | undefined
  const over = (error?: unknown): void => {
    work?.end(error)
    work = undefined
  }
  const leave = (): void => {
    over()
    storage?.enterWith(outside)
  }
  return {
    next: (...args) => {
      over()
      const place = new MessageContext(outside)
      storage?.enterWith(place)
      return source.next(...args).then((result) => {
        if (result.done !== true) {
          work = begin(result.value)
          if (work !== undefined) place.current = work.context
        }
        return result
      })
    },
    return: async (value) => {
      leave()
      return (await source.return?.(value)) ?? { done: true, value }
    },
    throw: async (error) => {
      over(error)
      leave()
      if (source.throw === undefined) throw error
      return source.throw(error)
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

/** One for each turn of a loop: what a turn has begun keeps its own. */
class MessageContext implements Context {
  current: Context

  constructor(outside: Context) {
    this.current = outside
  }

  getValue(key: symbol): unknown {
    return this.current.getValue(key)
  }

  setValue(key: symbol, value: unknown): Context {
    return this.current.setValue(key, value)
  }

  deleteValue(key: symbol): Context {
    return this.current.deleteValue(key)
  }
}

/**
 * The same for a list of messages that the program goes through with `for … of`, `forEach` or `map`; what these calls of a
 * function return may be a promise, with which the work on the message ends.
 */
export function traceItems<T extends object>(items: T[], begin: (message: T) => MessageWork | undefined): void {
  const { forEach, map } = items
  const iterate = items[Symbol.iterator]
  const own = <R>(callback: (item: T, ...rest: unknown[]) => R, thisArg: unknown) =>
    function each(item: T, ...rest: unknown[]): R {
      return runWork(begin(item), () => callback.call(thisArg, item, ...rest))
    }
  const define = (key: string | symbol, value: unknown): void => {
    Object.defineProperty(items, key, { value, configurable: true, writable: true })
  }
  define('forEach', (callback: (item: T) => void, thisArg?: unknown) =>
    forEach.call(items, own(callback, thisArg) as never),
  )
  define('map', (callback: (item: T) => unknown, thisArg?: unknown) => map.call(items, own(callback, thisArg) as never))
  define(Symbol.iterator, () => tracedIterator(iterate.call(items), begin))
}

function tracedIterator<T>(source: Iterator<T>, begin: (message: T) => MessageWork | undefined): IterableIterator<T> {
  const storage = contextStorage()
  const outside = activeContext()
  let work: MessageWork | undefined
  const leave = (): void => {
    work?.end()
    work = undefined
    storage?.enterWith(outside)
  }
  return {
    next: () => {
      leave()
      const result = source.next()
      if (result.done !== true) {
        work = begin(result.value)
        if (work !== undefined) storage?.enterWith(work.context)
      }
      return result
    },
    return: (value) => {
      leave()
      return source.return?.(value) ?? { done: true, value: value as T }
    },
    [Symbol.iterator]() {
      return this
    },
  }
}

/** Runs what is done for a message; its end, or that of its promise, is the end of the work. */
export function runWork<R>(work: MessageWork | undefined, action: () => R): R {
  if (work === undefined) return action()
  try {
    const result = contextApi.with(work.context, action)
    if (result instanceof Promise) result.then(() => work.end(), work.end)
    else work.end()
    return result
  } catch (error) {
    work.end(error)
    throw error
  }
}
