import { context as contextApi } from '@opentelemetry/api'
import { runWork, traceLoop } from '../message-loop.ts'
import type { MessageWork } from '../messaging-tracer.ts'
import { groupAttributes, isInternal, peerOf, type NatsConnection, type NatsMessage } from './nats-message.ts'
import type { NatsTracer, PublishOptions, StreamConsumer } from './nats-tracer.ts'

type Method = (this: object, ...args: unknown[]) => unknown
type Iterate = (this: object) => AsyncIterator<NatsMessage>
type Begin = (message: NatsMessage) => MessageWork | undefined

interface SubscribeOptions {
  readonly queue?: string
  readonly callback?: (error: unknown, message: NatsMessage) => unknown
}

/** What is published and requested, and callbacks of subscriptions. */
export function patchConnection(tracer: NatsTracer, prototype: object): void {
  const methods = prototype as { publish: Method; request: Method; subscribe: Method }
  methods.publish = sending(tracer, methods.publish, 'publish')
  methods.request = sending(tracer, methods.request, 'request')
  methods.subscribe = subscribing(tracer, methods.subscribe)
}

/** The loop over a subscription without a callback. */
export function patchSubscription(tracer: NatsTracer, prototype: object): void {
  const holder = prototype as { [Symbol.asyncIterator]: Iterate }
  const original = holder[Symbol.asyncIterator]
  holder[Symbol.asyncIterator] = function iterate(this: object) {
    const { subject, queue, protocol } = this as {
      subject: string
      queue?: string
      protocol?: NatsConnection['protocol']
    }
    const source = original.call(this)
    if (isInternal(subject, undefined)) return source
    const more = groupAttributes(queue)
    return traceLoop(source, (message) => tracer.process(subject, message, { ...peerOf(protocol), more }))
  }
}

/** What is published to streams: a request, by which it is not to be named. */
export function patchStream(tracer: NatsTracer, prototype: object): void {
  const holder = prototype as { publish: Method }
  const original = holder.publish
  holder.publish = function publish(...args) {
    tracer.publishing = true
    try {
      return original.apply(this, args)
    } finally {
      tracer.publishing = false
    }
  }
}

/** A consumer of a stream: its callback, the loop over its messages, and `next()`. */
export function patchConsumer(tracer: NatsTracer, prototype: object): void {
  const holder = prototype as Record<'consume' | 'fetch' | 'next', Method | undefined>
  for (const name of ['consume', 'fetch'] as const) {
    const original = holder[name]
    if (original !== undefined) holder[name] = consuming(tracer, original)
  }
  const one = holder.next
  if (one !== undefined) holder.next = receivingOne(tracer, one)
}

function consuming(tracer: NatsTracer, original: Method): Method {
  return function consume(...args) {
    if (tracer.fetchingOne) return original.apply(this, args)
    const begin: Begin = (message) => tracer.processOfStream(this as StreamConsumer, message)
    const [options, ...rest] = args as [{ callback?: (message: NatsMessage) => unknown }?]
    const { callback } = options ?? {}
    const given = callback === undefined ? options : { ...options, callback: handler(callback, begin) }
    const result = original.apply(this, args.length === 0 ? [] : [given, ...rest])
    return result instanceof Promise ? result.then((messages: object) => loopTraced(messages, begin)) : result
  }
}

function receivingOne(tracer: NatsTracer, original: Method): Method {
  return function next(...args) {
    const startTimeMs = Date.now()
    tracer.fetchingOne = true
    let result: unknown
    try {
      result = original.apply(this, args)
    } finally {
      tracer.fetchingOne = false
    }
    if (!(result instanceof Promise)) return result
    return result.then((message: NatsMessage | null) => {
      if (message !== null) tracer.received(this as StreamConsumer, message, startTimeMs)
      return message
    })
  }
}

function sending(tracer: NatsTracer, original: Method, kind: 'publish' | 'request'): Method {
  return function send(...args) {
    const [subject, data, options, ...rest] = args
    const connection = this as NatsConnection
    if (tracer.inside || typeof subject !== 'string' || isInternal(subject, connection)) {
      return original.apply(this, args)
    }
    const sent = tracer.send(subject, kind, connection, data, options as PublishOptions | undefined)
    if (sent === undefined) return original.apply(this, args)
    const { work } = sent
    try {
      tracer.inside = true
      const result = contextApi.with(work.context, original, this, subject, data, sent.options, ...rest)
      if (result instanceof Promise) result.then(() => work.end(), work.end)
      else work.end()
      return result
    } catch (error) {
      work.end(error)
      throw error
    } finally {
      tracer.inside = false
    }
  }
}

function subscribing(tracer: NatsTracer, original: Method): Method {
  return function subscribe(...args) {
    const [subject, options, ...rest] = args as [unknown, SubscribeOptions | undefined]
    const callback = options?.callback
    const connection = this as NatsConnection
    if (typeof subject !== 'string' || typeof callback !== 'function' || isInternal(subject, connection)) {
      return original.apply(this, args)
    }
    const begin: Begin = (message) =>
      tracer.process(subject, message, { ...peerOf(connection.protocol), more: groupAttributes(options?.queue) })
    const traced = (error: unknown, message: NatsMessage): unknown => {
      if (error !== null && error !== undefined) return callback(error, message)
      return runWork(begin(message), () => callback(error, message))
    }
    return original.call(this, subject, { ...options, callback: traced }, ...rest)
  }
}

function handler(callback: (message: NatsMessage) => unknown, begin: Begin): (message: NatsMessage) => unknown {
  return (message) => runWork(begin(message), () => callback(message))
}

function loopTraced(messages: object, begin: Begin): object {
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
