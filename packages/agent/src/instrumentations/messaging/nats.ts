import {
  context as contextApi,
  trace,
  type Attributes,
  type TextMapGetter,
  type TextMapSetter,
} from '@opentelemetry/api'
import { reportOnce } from '../../report-once.ts'
import type { ModuleExports, ModulePatch, Plugin } from '../../plugins/plugin.ts'
import { runWork, traceLoop } from './message-loop.ts'
import { MessagingTracer, type MessageFacts, type MessageWork } from './messaging-tracer.ts'

interface Headers {
  keys(): string[]
  values(key: string): string[]
  get(key: string): string
  set(key: string, value: string): void
  append(key: string, value: string): void
}

interface Message {
  readonly subject: string
  readonly headers?: Headers
}

interface Connection {
  readonly options?: { readonly inboxPrefix?: string }
  readonly protocol?: {
    readonly info?: { readonly headers?: boolean; readonly max_payload?: number }
    readonly servers?: { getCurrentServer?: () => { readonly hostname?: string; readonly port?: number } }
  }
}

interface PublishOptions {
  readonly headers?: Headers
}

interface SubscribeOptions {
  readonly queue?: string
  callback?: (error: unknown, message: Message) => unknown
}

type Method = (this: object, ...args: unknown[]) => unknown
type Iterate = (this: object) => AsyncIterator<Message>

/** Room for the context and what a propagator may write besides, in bytes. */
const CONTEXT_BYTES = 1024

/** Servers write it as Go writes headers. */
const GETTER: TextMapGetter<Headers | undefined> = {
  keys: (headers) => headers?.keys() ?? [],
  get: (headers, key) => {
    const name = headers?.keys().find((one) => one.toLowerCase() === key)
    return name === undefined ? undefined : headers?.get(name)
  },
}

const SETTER: TextMapSetter<Headers> = { set: (headers, key, value) => headers.set(key, value) }

/** Where the packages keep what is changed: `nats` 2 has everything in one, 3 is several. */
const LAYOUTS = [
  {
    core: '@nats-io/nats-core',
    coreFolder: 'lib',
    stream: '@nats-io/jetstream',
    streamFolder: 'lib',
    versions: '>=3 <4',
  },
  {
    core: 'nats',
    coreFolder: 'lib/nats-base-client',
    stream: 'nats',
    streamFolder: 'lib/jetstream',
    versions: '>=2.12 <3',
  },
] as const

/**
 * What is published and requested, and the handlers of what comes: callbacks, and bodies of `for await`, of subscriptions
 * and of JetStream's consumers. The context is in the headers. What the client and JetStream say to the server and answers
 * are not shown: a request ends with its answer. Option `consumer`: `parent` or `link`.
 */
export const nats: Plugin = {
  name: 'nats',
  modules: ['@nats-io/nats-core', '@nats-io/jetstream', 'nats'],
  libraries: ['@nats-io/transport-node, nats-core and jetstream 3', 'nats >=2.12'],
  start: (kit) => {
    const tracer = new NatsTracer(new MessagingTracer('@clew/agent/nats', 'nats', kit))
    return LAYOUTS.flatMap(({ core, coreFolder, stream, streamFolder, versions }): ModulePatch[] => [
      {
        module: core,
        file: `${coreFolder}/headers.js`,
        versions,
        patch: (exports: ModuleExports): void => tracer.useHeaders(exports.headers as () => Headers),
      },
      {
        module: core,
        file: `${coreFolder}/nats.js`,
        versions,
        patch: (exports: ModuleExports): void => tracer.patchConnection(exports.NatsConnectionImpl.prototype as object),
      },
      {
        module: core,
        file: `${coreFolder}/protocol.js`,
        versions,
        patch: (exports: ModuleExports): void => tracer.patchSubscription(exports.SubscriptionImpl.prototype as object),
      },
      {
        module: stream,
        file: `${streamFolder}/jsclient.js`,
        versions,
        patch: (exports: ModuleExports): void => tracer.patchStream(exports.JetStreamClientImpl.prototype as object),
      },
      ...['consumer.js', 'pushconsumer.js'].map((file) => ({
        module: stream,
        file: `${streamFolder}/${file}`,
        versions,
        patch: (exports: ModuleExports): void => {
          for (const name of ['PullConsumerImpl', 'OrderedPullConsumerImpl', 'PushConsumerImpl']) {
            if (exports[name] !== undefined) tracer.patchConsumer(exports[name].prototype as object)
          }
        },
      })),
    ])
  },
}

class NatsTracer {
  readonly #tracer: MessagingTracer
  #createHeaders: (() => Headers) | undefined
  /** JetStream publishes by a request. */
  #publishing = false
  /** A request publishes. */
  #inside = false
  /** JetStream's consumers fetch one message for `next()`. */
  #fetchingOne = false

  constructor(tracer: MessagingTracer) {
    this.#tracer = tracer
  }

  useHeaders(create: () => Headers): void {
    this.#createHeaders = create
  }

  patchConnection(prototype: object): void {
    const methods = prototype as { publish: Method; request: Method; subscribe: Method }
    methods.publish = this.#sending(methods.publish, 'publish')
    methods.request = this.#sending(methods.request, 'request')
    methods.subscribe = this.#subscribing(methods.subscribe)
  }

  /** The loop over a subscription without a callback. */
  patchSubscription(prototype: object): void {
    const holder = prototype as { [Symbol.asyncIterator]: Iterate }
    const original = holder[Symbol.asyncIterator]
    const tracer = this
    holder[Symbol.asyncIterator] = function iterate(this: object) {
      const { subject, queue, protocol } = this as {
        subject: string
        queue?: string
        protocol?: Connection['protocol']
      }
      const source = original.call(this)
      if (isInternal(subject, undefined)) return source
      const more = groupOf(queue)
      return traceLoop(source, (message) => tracer.#process(subject, message, { ...peerOf(protocol), more }))
    }
  }

  patchStream(prototype: object): void {
    const holder = prototype as { publish: Method }
    const original = holder.publish
    const tracer = this
    holder.publish = function publish(this: object, ...args: unknown[]) {
      tracer.#publishing = true
      try {
        return original.apply(this, args)
      } finally {
        tracer.#publishing = false
      }
    }
  }

  /** A consumer of a stream: its callback, and the loop over its messages. */
  patchConsumer(prototype: object): void {
    const holder = prototype as Record<'consume' | 'fetch' | 'next', Method | undefined>
    for (const name of ['consume', 'fetch'] as const) {
      const original = holder[name]
      if (original === undefined) continue
      const tracer = this
      holder[name] = function get(this: object, ...args: unknown[]) {
        if (tracer.#fetchingOne) return original.apply(this, args)
        const begin = (message: Message): MessageWork | undefined => tracer.#ofStream(this, message)
        const [options, ...rest] = args as [{ callback?: (message: Message) => unknown }?]
        const { callback } = options ?? {}
        const given = callback === undefined ? options : { ...options, callback: handler(callback, begin) }
        const result = original.apply(this, args.length === 0 ? [] : [given, ...rest])
        return result instanceof Promise ? result.then((messages: object) => loopTraced(messages, begin)) : result
      }
    }
    const one = holder.next
    if (one !== undefined) holder.next = this.#receivingOne(one)
  }

  #receivingOne(original: Method): Method {
    const tracer = this
    return function next(this: object, ...args: unknown[]) {
      const startTimeMs = Date.now()
      tracer.#fetchingOne = true
      let result: unknown
      try {
        result = original.apply(this, args)
      } finally {
        tracer.#fetchingOne = false
      }
      if (!(result instanceof Promise)) return result
      return result.then((message: Message | null) => {
        if (message !== null) tracer.#received(this, message, startTimeMs)
        return message
      })
    }
  }

  #sending(original: Method, kind: 'publish' | 'request'): Method {
    const tracer = this
    return function send(this: object, ...args: unknown[]) {
      const [subject, data, options, ...rest] = args
      const connection = this as Connection
      if (tracer.#inside || typeof subject !== 'string' || isInternal(subject, connection)) {
        return original.apply(this, args)
      }
      const operation = tracer.#publishing ? 'publish' : kind
      let work: MessageWork
      let given = options
      try {
        work = tracer.#tracer.send({ destination: subject, operation, ...peerOf(connection.protocol) })
        given = tracer.#withContext(work, connection, data, options as PublishOptions | undefined)
      } catch (error) {
        reportOnce(`a message could not be traced: ${String(error)}`)
        return original.apply(this, args)
      }
      try {
        tracer.#inside = true
        const result = contextApi.with(work.context, original, this, subject, data, given, ...rest)
        if (result instanceof Promise) result.then(() => work.end(), work.end)
        else work.end()
        return result
      } catch (error) {
        work.end(error)
        throw error
      } finally {
        tracer.#inside = false
      }
    }
  }

  /** The options with the context in the headers, where the server takes headers and they fit. */
  #withContext(
    { context }: MessageWork,
    { protocol }: Connection,
    data: unknown,
    options: PublishOptions | undefined,
  ): PublishOptions | undefined {
    const { headers: taken = false, max_payload: maxBytes = Number.POSITIVE_INFINITY } = protocol?.info ?? {}
    if (!taken || this.#createHeaders === undefined) return options
    const given = options?.headers
    const headers = this.#createHeaders()
    let bytes = CONTEXT_BYTES + sizeOf(data)
    for (const key of given?.keys() ?? []) {
      for (const value of given?.values(key) ?? []) {
        headers.append(key, value)
        bytes += key.length + value.length + 4
      }
    }
    if (bytes > maxBytes) return options
    this.#tracer.inject(context, headers, SETTER)
    // As the library itself has it where nothing is given.
    return { ...(options ?? { timeout: 1000, noMux: false }), headers }
  }

  #subscribing(original: Method): Method {
    const tracer = this
    return function subscribe(this: object, ...args: unknown[]) {
      const [subject, options, ...rest] = args as [unknown, SubscribeOptions | undefined]
      const callback = options?.callback
      const connection = this as Connection
      if (typeof subject !== 'string' || typeof callback !== 'function' || isInternal(subject, connection)) {
        return original.apply(this, args)
      }
      const begin = (message: Message): MessageWork | undefined =>
        tracer.#process(subject, message, { ...peerOf(connection.protocol), more: groupOf(options?.queue) })
      const traced = (error: unknown, message: Message): unknown => {
        if (error !== null && error !== undefined) return callback(error, message)
        return handler((one: Message) => callback(error, one), begin)(message)
      }
      return original.call(this, subject, { ...options, callback: traced }, ...rest)
    }
  }

  #ofStream(consumer: object, message: Message): MessageWork | undefined {
    const { name, stream } = consumer as { name?: string; stream?: string }
    const more: Attributes = { ...groupOf(name) }
    return this.#process(stream ?? message.subject, message, { more })
  }

  #process(
    destination: string,
    message: Message,
    facts: Omit<MessageFacts, 'destination' | 'operation'>,
  ): MessageWork | undefined {
    try {
      const sender = this.#tracer.extract(message.headers, GETTER)
      const more = { ...facts.more, ...subjectOf(destination, message) }
      return this.#tracer.process({ ...facts, destination, operation: 'process', more }, sender)
    } catch (error) {
      reportOnce(`a message could not be traced: ${String(error)}`)
      return undefined
    }
  }

  #received(consumer: object, message: Message, startTimeMs: number): void {
    try {
      const { name, stream } = consumer as { name?: string; stream?: string }
      const destination = stream ?? message.subject
      const from = trace.getSpanContext(this.#tracer.extract(message.headers, GETTER))
      const more = { ...groupOf(name), ...subjectOf(destination, message) }
      this.#tracer.receive(
        { destination, operation: 'receive', more },
        { startTimeMs, links: from === undefined ? [] : [{ context: from }] },
      )
    } catch (error) {
      reportOnce(`a message could not be traced: ${String(error)}`)
    }
  }
}

/** What the client and JetStream say to the server, and answers. */
function isInternal(subject: string, connection: Connection | undefined): boolean {
  const inbox = connection?.options?.inboxPrefix ?? '_INBOX'
  return subject.startsWith(`${inbox}.`) || /^(?:_INBOX|\$JS|\$SYS|\$SRV)\./.test(subject)
}

function handler(
  callback: (message: Message) => unknown,
  begin: (message: Message) => MessageWork | undefined,
): (message: Message) => unknown {
  return (message) => runWork(begin(message), () => callback(message))
}

function loopTraced(messages: object, begin: (message: Message) => MessageWork | undefined): object {
  const holder = messages as { [Symbol.asyncIterator]?: Iterate }
  const original = holder[Symbol.asyncIterator]
  if (original === undefined) return messages
  Object.defineProperty(messages, Symbol.asyncIterator, {
    value: () => traceLoop(original.call(messages), begin),
    configurable: true,
    writable: true,
  })
  return messages
}

/** The span says which subject it was; its name and the durations keep to what has been subscribed to. */
function subjectOf(destination: string, { subject }: Message): Attributes {
  if (subject === destination) return {}
  return { 'messaging.destination.name': subject, 'messaging.destination.template': destination }
}

function groupOf(name: string | undefined): Attributes {
  return name === undefined || name === '' ? {} : { 'messaging.consumer.group.name': name }
}

function sizeOf(data: unknown): number {
  if (typeof data === 'string') return Buffer.byteLength(data)
  return data instanceof Uint8Array ? data.byteLength : 0
}

function peerOf(protocol: Connection['protocol']): { server?: string | undefined; port?: number | undefined } {
  const current = protocol?.servers?.getCurrentServer?.()
  return { server: current?.hostname, port: current?.port }
}
