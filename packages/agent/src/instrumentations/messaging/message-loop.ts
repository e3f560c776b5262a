import type { Context } from '@opentelemetry/api'
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
