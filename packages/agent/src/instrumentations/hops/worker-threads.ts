import { context as contextApi, type Context } from '@opentelemetry/api'
import threads, { type MessagePort, type Worker } from 'node:worker_threads'
import { beginIn } from '../../context/agent-context.ts'
import type { ModuleExports, Plugin } from '../../plugins/plugin.ts'
import { arrived, carried } from './carrier.ts'

/** What a new thread finds in its environment data: that its parent understands these messages, and its context. */
const PARENT = 'clew.parent'
const KEY = 'clew.context'
const HELLO = 'clew.hello'

type Post = (this: object, message: unknown, ...rest: unknown[]) => void
type Emit = (this: object, event: string | symbol, ...args: unknown[]) => boolean
type Dispatch = (this: object, data: unknown, type: string, ...rest: unknown[]) => unknown

/** Threads whose agent has said that it takes the context out of messages again. */
const listening = new WeakSet<object>()

/**
 * What a thread does belongs to what has started it, and handlers of messages between a thread and its parent run in the
 * context of the sender: it goes along in messages that are plain objects, when the other side is known to take it out.
 */
export const workerThreads: Plugin = {
  name: 'worker_threads',
  modules: ['worker_threads'],
  libraries: ['node:worker_threads'],
  start: () => {
    const parent = threads.getEnvironmentData(PARENT)
    if (!threads.isMainThread && threads.parentPort !== null && parent !== undefined)
      talkToParent(threads.parentPort, parent)
    return [{ module: 'worker_threads', patch: patchWorker }]
  },
}

function patchWorker(exports: ModuleExports): void {
  const holder = exports as { Worker: typeof Worker; setEnvironmentData: typeof threads.setEnvironmentData }
  const { Worker: Original, setEnvironmentData } = holder
  holder.Worker = new Proxy(Original, {
    construct: (target, args, newTarget): object => {
      setEnvironmentData(PARENT, JSON.stringify(carried() ?? {}))
      try {
        return Reflect.construct(target, args, newTarget) as object
      } finally {
        setEnvironmentData(PARENT, undefined as never)
      }
    },
  })
  const prototype = Original.prototype as object as { postMessage: Post; emit: Emit }
  const post = prototype.postMessage
  prototype.postMessage = function postMessage(message, ...rest) {
    post.call(this, listening.has(this) ? withContext(message) : message, ...rest)
  }
  const emit = prototype.emit
  prototype.emit = function emitMessage(event, ...args) {
    if (event !== 'message') return emit.call(this, event, ...args)
    if (isHello(args[0])) {
      listening.add(this)
      return true
    }
    const context = takenFrom(args[0])
    return context === undefined
      ? emit.call(this, event, ...args)
      : contextApi.with(context, emit, this, event, ...args)
  }
}

function talkToParent(port: MessagePort, parent: unknown): void {
  const begun = arrived(parsed(parent))
  if (begun !== undefined) beginIn(begun)
  const dispatchKey = symbolOf(port, 'nodejs.internal.kHybridDispatch')
  const dispatch = dispatchKey === undefined ? undefined : (Reflect.get(port, dispatchKey) as Dispatch | undefined)
  const post = Reflect.get(port, 'postMessage') as Post
  // The parent takes contexts out of messages: it has said so.
  Reflect.set(port, 'postMessage', function postMessage(this: object, message: unknown, ...rest: unknown[]) {
    post.call(this, withContext(message), ...rest)
  })
  if (dispatchKey === undefined || typeof dispatch !== 'function') return
  Reflect.set(
    port,
    dispatchKey,
    function dispatchMessage(this: object, data: unknown, type: string, ...rest: unknown[]) {
      const context = type === 'message' ? takenFrom(data) : undefined
      if (context === undefined) return dispatch.call(this, data, type, ...rest)
      return contextApi.with(context, () => dispatch.call(this, data, type, ...rest))
    },
  )
  post.call(port, { [HELLO]: true })
}

function withContext(message: unknown): unknown {
  if (typeof message !== 'object' || message === null) return message
  const prototype: unknown = Object.getPrototypeOf(message)
  if (prototype !== Object.prototype && prototype !== null) return message
  const carrier = carried()
  return carrier === undefined ? message : { ...message, [KEY]: carrier }
}

function takenFrom(data: unknown): Context | undefined {
  if (typeof data !== 'object' || data === null || !Object.hasOwn(data, KEY)) return undefined
  const carrier: unknown = Reflect.get(data, KEY)
  Reflect.deleteProperty(data, KEY)
  return arrived(carrier)
}

function isHello(data: unknown): boolean {
  return typeof data === 'object' && data !== null && Object.hasOwn(data, HELLO)
}

function parsed(text: unknown): unknown {
  try {
    return typeof text === 'string' ? JSON.parse(text) : undefined
  } catch {
    return undefined
  }
}

/** A symbol of Node's own on the object or what it inherits from. */
function symbolOf(object: object, description: string): symbol | undefined {
  for (let at: object | null = object; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const found = Object.getOwnPropertySymbols(at).find((symbol) => symbol.description === description)
    if (found !== undefined) return found
  }
  return undefined
}
