import type { Activation } from './activation.ts'

type Iterated = { [Symbol.iterator]?: () => Iterator<unknown>; [Symbol.asyncIterator]?: () => AsyncIterator<unknown> }
type AnyIterator = Iterator<unknown> & AsyncIterator<unknown>

/**
 * What `yield*` and `for await` go through instead of their operand: the same iterator, with the function's context around
 * each step, because those steps are no part of its text. A step's value goes through untouched, promise or not.
 */
export function delegate(activation: Activation, operand: Iterated, isAsync: boolean): unknown {
  const makeAsync = isAsync ? operand[Symbol.asyncIterator] : undefined
  const key = makeAsync === undefined || makeAsync === null ? Symbol.iterator : Symbol.asyncIterator
  return {
    [key]: () => steps(activation, (operand[key] as () => AnyIterator)()),
  }
}

function steps(activation: Activation, iterator: AnyIterator): object {
  const next: unknown = Reflect.get(iterator, 'next')
  const step = (method: unknown, args: unknown[]): unknown => {
    activation.i()
    try {
      return Reflect.apply(method as (...args: unknown[]) => unknown, iterator, args)
    } finally {
      activation.s(undefined)
    }
  }
  const optional = (name: 'return' | 'throw'): unknown => {
    const method: unknown = iterator[name]
    if (method === undefined || method === null) return undefined
    return (...args: unknown[]) => step(method, args)
  }
  return {
    next: (...args: unknown[]) => step(next, args),
    get return() {
      return optional('return')
    },
    get throw() {
      return optional('throw')
    },
  }
}
