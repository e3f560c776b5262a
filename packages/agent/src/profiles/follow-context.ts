import type { Context } from '@opentelemetry/api'
import { AsyncLocalStorage, createHook } from 'node:async_hooks'
import type { PprofLibrary } from './pprof-library.ts'

type Storage = AsyncLocalStorage<Context>
type Time = PprofLibrary['time']
type Body = (...args: unknown[]) => unknown

/** Of all that runs in no context. */
const NOTHING = {}

/**
 * Whether the profiler that has been started keeps its context where Node keeps async context, so that the engine carries it
 * from a step to the next (Node 24, and 22 with `--experimental-async-context-frame`).
 */
export function keepsContextInFrames(time: Time): boolean {
  const probe = {}
  try {
    return time.runWithContext(probe, () => time.getContext() === probe)
  } catch {
    return false
  }
}

/**
 * Tells the profiler what runs, from now on until the returned function is called: the context that the agent's storage
 * holds, at each moment it changes. The storage's methods are replaced for so long, nothing else knows of it.
 *
 * With frames the storage makes one for each context that is entered, and the profiler's object is put into that; it comes
 * back with the frame. Without them there is one object for the whole thread, which has to be set again whenever
 * something asynchronous goes on.
 */
export function followContext(storage: Storage, time: Time, frames: boolean): () => void {
  return frames ? followFrames(storage, time) : followSteps(storage, time)
}

function followFrames(storage: Storage, time: Time): () => void {
  const { prototype } = AsyncLocalStorage
  // `run` of this kind of storage enters and leaves by `enterWith`.
  return replaced(storage, {
    enterWith: function (this: Storage, context: Context): void {
      prototype.enterWith.call(this, context)
      setContext(time, context)
    },
  })
}

/** Whatever has become of the profiler, the program goes on. */
function setContext(time: Time, context: object | undefined): void {
  try {
    time.setContext(context)
  } catch {
    // Somebody else has stopped it: there are no samples to be labelled.
  }
}

function followSteps(storage: Storage, time: Time): () => void {
  const { prototype } = AsyncLocalStorage
  let current: object = NOTHING
  const set = (context: Context | undefined): void => {
    const next = context ?? NOTHING
    if (next === current) return
    current = next
    setContext(time, next)
  }
  const restore = replaced(storage, {
    run: function (this: Storage, context: Context, body: Body, ...args: unknown[]): unknown {
      const around = this.getStore()
      set(context)
      try {
        return prototype.run.call(this, context, body, ...args)
      } finally {
        set(around)
      }
    },
    enterWith: function (this: Storage, context: Context): void {
      prototype.enterWith.call(this, context)
      set(context)
    },
  })
  const hook = createHook({ before: () => set(storage.getStore()) }).enable()
  return () => {
    hook.disable()
    restore()
  }
}

function replaced(storage: Storage, methods: Readonly<Record<string, unknown>>): () => void {
  Object.assign(storage, methods)
  return () => {
    for (const name of Object.keys(methods).toReversed()) Reflect.deleteProperty(storage, name)
  }
}
