import { context as contextApi } from '@opentelemetry/api'
import { reportOnce } from '../../report-once.ts'
import type { ModuleExports, Plugin } from '../../plugins/plugin.ts'
import { MessagingTracer, type MessageWork } from './messaging-tracer.ts'

interface Client {
  readonly options?: {
    readonly protocolVersion?: number
    readonly hostname?: string
    readonly host?: string
    readonly port?: number
  }
}

interface Properties {
  readonly userProperties?: Readonly<Record<string, string | string[]>>
}

interface PublishOptions {
  readonly properties?: Properties
}

type Callback = (error?: unknown, packet?: unknown) => void
type Method = (this: object, ...args: unknown[]) => unknown

/**
 * What is published, and the handlers of what is received. Only version 5 of the protocol has a place for the context, the
 * user properties. Option `consumer`: `parent` or `link`.
 */
export const mqtt: Plugin = {
  name: 'mqtt',
  modules: ['mqtt'],
  libraries: ['mqtt 5'],
  start: (kit) => {
    const tracer = new MessagingTracer('@clew/agent/mqtt', 'mqtt', kit)
    return [
      {
        module: 'mqtt',
        file: 'build/lib/client.js',
        versions: '>=5 <6',
        patch: (exports: ModuleExports): void => {
          const { prototype } = (exports as { default: { prototype: { publish: Method; emit: Method } } }).default
          prototype.publish = publishing(tracer, prototype.publish)
          prototype.emit = receiving(tracer, prototype.emit)
        },
      },
    ]
  },
}

function publishing(tracer: MessagingTracer, original: Method): Method {
  return function publish(topic, message, ...rest) {
    const callback = rest.find((arg): arg is Callback => typeof arg === 'function')
    const given = (rest.find((arg) => typeof arg === 'object' && arg !== null) ?? {}) as PublishOptions
    let work: MessageWork
    let options = given
    try {
      const about = (this as Client).options
      work = tracer.send({ destination: String(topic), operation: 'publish', ...peerOf(about) })
      if (about?.protocolVersion === 5) {
        const userProperties = { ...given.properties?.userProperties }
        tracer.inject(work.context, userProperties)
        options = { ...given, properties: { ...given.properties, userProperties } }
      }
    } catch (error) {
      reportOnce(`a message could not be traced: ${String(error)}`)
      return original.call(this, topic, message, ...rest)
    }
    const done: Callback = (error, packet) => {
      work.end(error)
      callback?.(error, packet)
    }
    return contextApi.with(work.context, original, this, topic, message, options, done)
  }
}

function receiving(tracer: MessagingTracer, original: Method): Method {
  return function emit(event, ...args) {
    if (event !== 'message') return original.call(this, event, ...args)
    const [topic, , packet] = args as [unknown, unknown, { readonly properties?: Properties }?]
    const sender = tracer.extract({ ...packet?.properties?.userProperties })
    const work = tracer.process(
      { destination: String(topic), operation: 'process', ...peerOf((this as Client).options) },
      sender,
    )
    try {
      const result = contextApi.with(work.context, original, this, event, ...args)
      work.end()
      return result
    } catch (error) {
      work.end(error)
      throw error
    }
  }
}

function peerOf(options: Client['options']): { server: string | undefined; port: number | undefined } {
  return { server: options?.hostname ?? options?.host, port: options?.port }
}
