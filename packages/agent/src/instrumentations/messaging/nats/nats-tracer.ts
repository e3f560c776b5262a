import { trace } from '@opentelemetry/api'
import { reportOnce } from '../../../report-once.ts'
import type { MessageFacts, MessageWork, MessagingTracer } from '../messaging-tracer.ts'
import {
  groupAttributes,
  HEADERS_GETTER,
  HEADERS_SETTER,
  peerOf,
  sizeOf,
  subjectAttributes,
  type NatsConnection,
  type NatsHeaders,
  type NatsMessage,
} from './nats-message.ts'

/** Room for the context and what a propagator may write besides, in bytes. */
const CONTEXT_BYTES = 1024

/** What goes with a message that is published or requested. */
export interface PublishOptions {
  readonly headers?: NatsHeaders
}

/** A consumer of a stream. */
export interface StreamConsumer {
  readonly name?: string
  readonly stream?: string
}

/** Makes the spans of NATS's messages. Its methods do not throw. */
export class NatsTracer {
  readonly #tracer: MessagingTracer
  #createHeaders: (() => NatsHeaders) | undefined
  /** JetStream publishes by a request. */
  publishing = false
  /** A request publishes. */
  inside = false
  /** JetStream's consumers fetch one message for `next()`. */
  fetchingOne = false

  constructor(tracer: MessagingTracer) {
    this.#tracer = tracer
  }

  useHeaders(create: () => NatsHeaders): void {
    this.#createHeaders = create
  }

  /** A message leaves; with the options that carry its context. */
  send(
    subject: string,
    operation: 'publish' | 'request',
    connection: NatsConnection,
    data: unknown,
    options: PublishOptions | undefined,
  ): { readonly work: MessageWork; readonly options: PublishOptions | undefined } | undefined {
    try {
      const facts = { destination: subject, operation: this.publishing ? 'publish' : operation }
      const work = this.#tracer.send({ ...facts, ...peerOf(connection.protocol) })
      return { work, options: this.#withContext(work, connection, data, options) }
    } catch (error) {
      reportOnce(`a message could not be traced: ${String(error)}`)
      return undefined
    }
  }

  /** A message is worked on. */
  process(
    destination: string,
    message: NatsMessage,
    facts: Omit<MessageFacts, 'destination' | 'operation'>,
  ): MessageWork | undefined {
    try {
      const sender = this.#tracer.extract(message.headers, HEADERS_GETTER)
      const more = { ...facts.more, ...subjectAttributes(destination, message) }
      return this.#tracer.process({ ...facts, destination, operation: 'process', more }, sender)
    } catch (error) {
      reportOnce(`a message could not be traced: ${String(error)}`)
      return undefined
    }
  }

  /** A message of a stream is worked on. */
  processOfStream({ name, stream }: StreamConsumer, message: NatsMessage): MessageWork | undefined {
    return this.process(stream ?? message.subject, message, { more: groupAttributes(name) })
  }

  /** A message of a stream has been fetched; what is done with it is not seen. */
  received({ name, stream }: StreamConsumer, message: NatsMessage, startTimeMs: number): void {
    try {
      const destination = stream ?? message.subject
      const from = trace.getSpanContext(this.#tracer.extract(message.headers, HEADERS_GETTER))
      const more = { ...groupAttributes(name), ...subjectAttributes(destination, message) }
      const links = from === undefined ? [] : [{ context: from }]
      this.#tracer.receive({ destination, operation: 'receive', more }, { startTimeMs, links })
    } catch (error) {
      reportOnce(`a message could not be traced: ${String(error)}`)
    }
  }

  /** The options with the context in the headers, where the server takes headers and they fit. */
  #withContext(
    { context }: MessageWork,
    { protocol }: NatsConnection,
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
    this.#tracer.inject(context, headers, HEADERS_SETTER)
    // As the library itself has it where nothing is given.
    return { ...(options ?? { timeout: 1000, noMux: false }), headers }
  }
}
