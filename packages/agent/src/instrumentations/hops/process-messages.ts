import { context as contextApi } from '@opentelemetry/api'
import { ChildProcess } from 'node:child_process'
import type { Plugin } from '../../plugins/plugin.ts'
import { arrived, carried } from './carrier.ts'

type Send = (message: unknown, ...rest: unknown[]) => boolean
type Emit = (this: object, event: string | symbol, ...args: unknown[]) => boolean

interface Channel {
  send?: Send
  readonly connected?: boolean
}

/**
 * Messages whose `cmd` begins with NODE_ are Node's own: programs do not get to see them, with or without an agent. One of
 * them goes before each message that is sent within a trace.
 */
const COMMAND = 'NODE_CLEW_CONTEXT'

interface ContextMessage {
  readonly cmd: typeof COMMAND
  readonly carrier: unknown
}

/** Handlers of messages between a process and its children, those of a cluster too, run in the context of the sender. */
export const processMessages: Plugin = {
  name: 'ipc',
  modules: [],
  libraries: ['node:child_process, node:cluster: messages'],
  start: () => {
    const prototype = ChildProcess.prototype as object as {
      spawn: (this: Channel, ...args: unknown[]) => unknown
      emit: Emit
    }
    const spawn = prototype.spawn
    prototype.spawn = function spawnAndSend(...args) {
      const result = spawn.apply(this, args)
      sendContexts(this)
      return result
    }
    prototype.emit = receiveContexts(prototype.emit)
    if (process.send !== undefined) sendContexts(process as Channel)
    const own = process as object as { emit: Emit }
    own.emit = receiveContexts(own.emit)
  },
}

function sendContexts(channel: Channel): void {
  const send = channel.send
  if (send === undefined) return
  channel.send = function sendWithContext(this: Channel, message, ...rest) {
    const carrier = this.connected === true ? carried() : undefined
    if (carrier !== undefined) send.call(this, { cmd: COMMAND, carrier } satisfies ContextMessage)
    return send.call(this, message, ...rest)
  }
}

function receiveContexts(original: Emit): Emit {
  const waiting = new WeakMap<object, unknown>()
  return function emit(event, ...args) {
    if (event === 'internalMessage' && isContext(args[0])) {
      waiting.set(this, args[0].carrier)
      return true
    }
    if (event !== 'message' || !waiting.has(this)) return original.call(this, event, ...args)
    const context = arrived(waiting.get(this))
    waiting.delete(this)
    if (context === undefined) return original.call(this, event, ...args)
    return contextApi.with(context, original, this, event, ...args)
  }
}

function isContext(message: unknown): message is ContextMessage {
  return typeof message === 'object' && message !== null && (message as { cmd?: unknown }).cmd === COMMAND
}
