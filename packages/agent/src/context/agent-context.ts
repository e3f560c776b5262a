import {
  context as contextApi,
  createContextKey,
  ROOT_CONTEXT,
  type Context,
  type ContextManager,
} from '@opentelemetry/api'
import { AsyncLocalStorage } from 'node:async_hooks'
import { EventEmitter } from 'node:events'

/** One for the whole agent: before Node 24 every further one costs at each asynchronous step. */
const storage = new AsyncLocalStorage<Context>()

type AnyFunction = (this: unknown, ...args: never[]) => unknown

/** Of all that is done outside of anything: where what has started this process or thread was in a trace, that one. */
let initial: Context = ROOT_CONTEXT

/** Makes it the context of all that this process or thread does, unless something else is entered. */
export function beginIn(context: Context): void {
  initial = context
}

const PROBE = createContextKey('clew.context.probe')

/**
 * The storage behind the API, for diagnostics channels that are to enter a context; undefined when a program has put a
 * context manager of its own there.
 */
export function contextStorage(): AsyncLocalStorage<Context> | undefined {
  const probe = ROOT_CONTEXT.setValue(PROBE, true)
  return storage.run(probe, () => contextApi.active() === probe) ? storage : undefined
}

/** The context that runs; what the API's `context.active()` gives, without its look-ups. */
export function activeContext(): Context {
  return storage.getStore() ?? initial
}

/** Runs a function in a context; what the API's `context.with()` does, without a closure. */
export function runIn<Args extends unknown[], Result>(
  context: Context,
  fn: (this: unknown, ...args: Args) => Result,
  thisArg: unknown,
  args: Args,
): Result {
  return storage.run(context, Reflect.apply as (fn: unknown, thisArg: unknown, args: Args) => Result, fn, thisArg, args)
}

/**
 * Whether what is entered in a callback of Node's own is left with it: Node puts back the frame from before when such a
 * callback returns. Async context frames, Node 24 and later.
 */
export const leavesWithCallback: boolean =
  Number.parseInt(process.versions.node, 10) >= 24 && !('_enable' in AsyncLocalStorage.prototype)

/** Enters a context for the rest of the callback that runs: half the cost of `runIn`, see `leavesWithCallback`. */
export function enter(context: Context): void {
  storage.enterWith(context)
}

const ADDING = ['addListener', 'on', 'once', 'prependListener', 'prependOnceListener'] as const

/** The context manager the agent registers with the API: the same storage for everybody. */
export class AgentContextManager implements ContextManager {
  /** Where the active context is, for code that enters and leaves it without a callback: rules do, also those of a build. */
  get storage(): AsyncLocalStorage<Context> {
    return storage
  }

  active(): Context {
    return activeContext()
  }

  with<Args extends unknown[], Fn extends (...args: Args) => ReturnType<Fn>>(
    context: Context,
    fn: Fn,
    thisArg?: ThisParameterType<Fn>,
    ...args: Args
  ): ReturnType<Fn> {
    return runIn(context, fn, thisArg, args)
  }

  /** A function that runs in the context; an emitter whose listeners, from now on, do. */
  bind<T>(context: Context, target: T): T {
    if (target instanceof EventEmitter) return bindEmitter(context, target)
    if (typeof target !== 'function') return target
    return bindFunction(context, target as AnyFunction) as T
  }

  enable(): this {
    return this
  }

  disable(): this {
    storage.disable()
    return this
  }
}

function bindFunction(context: Context, target: AnyFunction): AnyFunction {
  const bound = function (this: unknown, ...args: never[]): unknown {
    return runIn(context, target, this, args)
  }
  Object.defineProperty(bound, 'length', { value: target.length, configurable: true })
  return bound
}

type Listener = (...args: unknown[]) => void

const BOUND = Symbol('clew.bound')

interface BoundEmitter extends EventEmitter {
  /** Bound forms by listener, so that they can be removed by what the program knows. */
  [BOUND]?: WeakMap<Listener, Listener>
}

function bindEmitter<T extends EventEmitter>(context: Context, emitter: T): T {
  const target: BoundEmitter = emitter
  if (target[BOUND] !== undefined) return emitter
  const forms = new WeakMap<Listener, Listener>()
  Object.defineProperty(target, BOUND, { value: forms })
  let adding = false
  for (const name of ADDING) {
    const original = target[name].bind(target) as (event: string | symbol, listener: Listener) => T
    const add = (event: string | symbol, listener: Listener): T => {
      // `once` calls `on` with a wrapper of its own.
      if (adding) return original(event, listener)
      const form = forms.get(listener) ?? (bindFunction(context, listener as AnyFunction) as Listener)
      forms.set(listener, form)
      adding = true
      try {
        return original(event, form)
      } finally {
        adding = false
      }
    }
    Object.defineProperty(target, name, { value: add, writable: true, configurable: true })
  }
  for (const name of ['removeListener', 'off'] as const) {
    const original = target[name].bind(target) as (event: string | symbol, listener: Listener) => T
    const remove = (event: string | symbol, listener: Listener): T => original(event, forms.get(listener) ?? listener)
    Object.defineProperty(target, name, { value: remove, writable: true, configurable: true })
  }
  return emitter
}
