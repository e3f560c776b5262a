import { SpanKind, type Attributes, type AttributeValue, type SpanOptions } from '@opentelemetry/api'

/** Attributes that were only renamed, and those that nothing has come after. */
const RENAMED: Readonly<Record<string, string | undefined>> = {
  'messaging.message_id': 'messaging.message.id',
  'messaging.conversation_id': 'messaging.message.conversation_id',
  'messaging.rabbitmq.routing_key': 'messaging.rabbitmq.destination.routing_key',
  'messaging.protocol_version': 'network.protocol.version',
  'messaging.protocol': undefined,
  'messaging.destination': undefined,
  'messaging.destination_kind': undefined,
  'messaging.operation': undefined,
  'messaging.url': undefined,
}

/**
 * A span about a message as it is named today (semantic conventions for messaging and RabbitMQ, 1.30 and later), where an upstream
 * instrumentation still has the names of before 2024; any other as it is.
 */
export function presentNames(name: string, options: SpanOptions): { name: string; options: SpanOptions } {
  const old = options.attributes ?? {}
  const isOld = 'messaging.destination' in old || 'messaging.operation' in old
  if (!isOld || 'messaging.operation.type' in old) return { name, options }
  const attributes: Attributes = {}
  for (const [key, value] of Object.entries(old)) {
    const present = Object.hasOwn(RENAMED, key) ? RENAMED[key] : key
    if (present !== undefined && value !== '') attributes[present] = value
  }
  const sends = options.kind === SpanKind.PRODUCER
  const operation = sends ? 'publish' : textOf(old['messaging.operation']) || 'process'
  attributes['messaging.operation.name'] = operation
  attributes['messaging.operation.type'] = sends ? 'send' : operation
  // SNS says both.
  if (!('messaging.destination' in old) || 'messaging.destination.name' in old) {
    return { name, options: { ...options, attributes } }
  }
  const destination = destinationOf(old, sends ? '' : name.replace(/ process$/, ''))
  attributes['messaging.destination.name'] = destination
  return { name: `${operation} ${destination}`, options: { ...options, attributes } }
}

/** Exchange, routing key and queue as far as there are any; the queue only if the key does not name it already. */
function destinationOf(old: Attributes, queue: string): string {
  const exchange = textOf(old['messaging.destination'])
  const key = textOf(old['messaging.rabbitmq.routing_key'])
  const parts = [exchange, key, queue === key ? '' : queue].filter((part) => part !== '')
  return parts.length === 0 ? 'amq.default' : parts.join(':')
}

function textOf(value: AttributeValue | undefined): string {
  return typeof value === 'string' ? value : ''
}
