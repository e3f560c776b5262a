import type { Attributes, TextMapGetter, TextMapSetter } from '@opentelemetry/api'

/** Headers of a message, as the library has them. */
export interface NatsHeaders {
  keys(): string[]
  values(key: string): string[]
  get(key: string): string
  set(key: string, value: string): void
  append(key: string, value: string): void
}

/** A message that has come. */
export interface NatsMessage {
  readonly subject: string
  readonly headers?: NatsHeaders
}

/** A connection to a server, as far as it is looked at. */
export interface NatsConnection {
  readonly options?: { readonly inboxPrefix?: string }
  readonly protocol?: {
    readonly info?: { readonly headers?: boolean; readonly max_payload?: number }
    readonly servers?: { getCurrentServer?: () => { readonly hostname?: string; readonly port?: number } }
  }
}

/** Servers write the names as Go writes headers. */
export const HEADERS_GETTER: TextMapGetter<NatsHeaders | undefined> = {
  keys: (headers) => headers?.keys() ?? [],
  get: (headers, key) => {
    const name = headers?.keys().find((one) => one.toLowerCase() === key)
    return name === undefined ? undefined : headers?.get(name)
  },
}

/** Writes the context. */
export const HEADERS_SETTER: TextMapSetter<NatsHeaders> = { set: (headers, key, value) => headers.set(key, value) }

/** What the client and JetStream say to the server, and answers. */
export function isInternal(subject: string, connection: NatsConnection | undefined): boolean {
  const inbox = connection?.options?.inboxPrefix ?? '_INBOX'
  return subject.startsWith(`${inbox}.`) || /^(?:_INBOX|\$JS|\$SYS|\$SRV)\./.test(subject)
}

/** The span says which subject it was; its name and the durations keep to what has been subscribed to. */
export function subjectAttributes(destination: string, { subject }: NatsMessage): Attributes {
  if (subject === destination) return {}
  return { 'messaging.destination.name': subject, 'messaging.destination.template': destination }
}

/** A queue group, or a consumer of a stream. */
export function groupAttributes(name: string | undefined): Attributes {
  return name === undefined || name === '' ? {} : { 'messaging.consumer.group.name': name }
}

/** Bytes of what is to be published. */
export function sizeOf(data: unknown): number {
  if (typeof data === 'string') return Buffer.byteLength(data)
  return data instanceof Uint8Array ? data.byteLength : 0
}

/** The server at the other end. */
export function peerOf(protocol: NatsConnection['protocol']): {
  server?: string | undefined
  port?: number | undefined
} {
  const current = protocol?.servers?.getCurrentServer?.()
  return { server: current?.hostname, port: current?.port }
}
