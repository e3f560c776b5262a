import { SpanKind } from '@opentelemetry/api'
import { describe, expect, it } from 'vitest'
import { presentNames } from './present-names.ts'

const message = (exchange: string, key: string): Record<string, string> => ({
  'messaging.system': 'rabbitmq',
  'messaging.destination': exchange,
  'messaging.destination_kind': 'topic',
  'messaging.rabbitmq.routing_key': key,
  'messaging.url': 'amqp://somebody@host',
  'messaging.message_id': '7',
})

describe('presentNames', () => {
  it.each([
    ['', 'mails', 'mails'],
    ['shop', 'mails.new', 'shop:mails.new'],
    ['shop', '', 'shop'],
    ['', '', 'amq.default'],
  ])('of what is sent to exchange "%s" with key "%s"', (exchange, key, destination) => {
    const old = { kind: SpanKind.PRODUCER, attributes: message(exchange, key) }
    const { name, options } = presentNames('publish <default>', old)
    expect(name).toBe(`publish ${destination}`)
    expect(options).toEqual({
      kind: SpanKind.PRODUCER,
      attributes: {
        'messaging.system': 'rabbitmq',
        'messaging.destination.name': destination,
        'messaging.operation.name': 'publish',
        'messaging.operation.type': 'send',
        'messaging.message.id': '7',
        ...(key === '' ? {} : { 'messaging.rabbitmq.destination.routing_key': key }),
      },
    })
  })

  it.each([
    ['', 'mails', 'mails', 'mails'],
    ['shop', 'mails.new', 'all-mails', 'shop:mails.new:all-mails'],
  ])('of what is worked on, from exchange "%s" with key "%s" in queue %s', (exchange, key, queue, destination) => {
    const attributes = { ...message(exchange, key), 'messaging.operation': 'process' }
    const { name, options } = presentNames(`${queue} process`, { kind: SpanKind.CONSUMER, attributes })
    expect(name).toBe(`process ${destination}`)
    expect(options.attributes).toMatchObject({
      'messaging.destination.name': destination,
      'messaging.operation.type': 'process',
    })
    expect(options.attributes).not.toHaveProperty('messaging.operation')
  })

  it('keeps a destination that has its name already', () => {
    const attributes = { 'messaging.destination': 'news', 'messaging.destination.name': 'arn:news' }
    const { name, options } = presentNames('news send', { kind: SpanKind.PRODUCER, attributes })
    expect(name).toBe('news send')
    expect(options.attributes).toEqual({
      'messaging.destination.name': 'arn:news',
      'messaging.operation.name': 'publish',
      'messaging.operation.type': 'send',
    })
  })

  it('leaves alone what has them, and what is about something else', () => {
    for (const attributes of [{ 'messaging.operation.type': 'send' }, { 'db.system.name': 'redis' }, {}]) {
      const options = { attributes }
      expect(presentNames('same', options)).toEqual({ name: 'same', options })
    }
  })
})
