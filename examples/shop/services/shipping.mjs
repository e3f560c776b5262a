/**
 * Takes paid orders from the queue and books a carrier. The one program of the shop that uses the OpenTelemetry API by
 * hand: a batch of messages belongs to many traces, so no instrumentation can know where the handling of one begins.
 * The spans made here join the ones the agent makes.
 */
import { CreateQueueCommand, DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from '@opentelemetry/api'
import { createServer } from 'node:http'
import { createPool } from '../lib/pool.mjs'
import { SHIPMENTS_QUEUE, sqsOptions } from '../lib/queue.mjs'
import { callJson, log, portOf, ready, sleep, urlOf } from '../lib/service.mjs'

const tracer = trace.getTracer('shop.shipping', '1.0.0')
const pool = createPool(1)
const sqs = new SQSClient(sqsOptions())
const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: SHIPMENTS_QUEUE }))
let shipped = 0

/**
 * Waiting for messages is no work: ten seconds of long polling must not look like a slow request. A parent that is not
 * sampled keeps the spans of the polls out.
 */
const NOT_SAMPLED = trace.setSpanContext(ROOT_CONTEXT, {
  traceId: '00000000000000000000000000000001',
  spanId: '0000000000000001',
  traceFlags: TraceFlags.NONE,
})

/** The context the sender put into the message. */
function contextOf(message) {
  return propagation.extract(ROOT_CONTEXT, message.MessageAttributes ?? {}, {
    get: (attributes, key) => attributes[key]?.StringValue,
    keys: (attributes) => Object.keys(attributes),
  })
}

/** Handles one message inside a span that continues the order's trace. */
async function processMessage(message) {
  const { orderId, lines } = JSON.parse(message.Body)
  const options = {
    kind: SpanKind.CONSUMER,
    attributes: {
      'messaging.system': 'aws_sqs',
      'messaging.operation.type': 'process',
      'messaging.operation.name': 'process',
      'messaging.destination.name': SHIPMENTS_QUEUE,
      'messaging.message.id': message.MessageId,
      'shop.order.id': orderId,
      'shop.order.lines': lines.length,
    },
  }
  await tracer.startActiveSpan(`process ${SHIPMENTS_QUEUE}`, options, contextOf(message), async (span) => {
    try {
      const carrier = await ship(orderId, lines)
      span.setAttribute('shop.carrier', carrier)
      span.addEvent('carrier booked', { 'shop.carrier': carrier })
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }))
      log.info({ orderId, carrier }, 'order shipped')
    } catch (error) {
      // Not deleted: the queue delivers it again.
      span.recordException(error)
      span.setStatus({ code: SpanStatusCode.ERROR, message: error.message })
      log.error({ orderId, err: error }, 'order not shipped')
    } finally {
      span.end()
    }
  })
}

async function ship(orderId, lines) {
  let weightGrams = 0
  for (const { sku, quantity } of lines) {
    const { weightGrams: each } = await callJson(`${urlOf('inventory')}/products/${sku}`)
    weightGrams += each * quantity
  }
  const carrier = weightGrams > 5_000 ? 'freight' : 'post'
  await pool.query('INSERT INTO shipments VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [orderId, carrier, weightGrams])
  shipped++
  return carrier
}

async function work() {
  for (;;) {
    try {
      const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 5, WaitTimeSeconds: 10 })
      const { Messages = [] } = await context.with(NOT_SAMPLED, () => sqs.send(command))
      for (const message of Messages) await processMessage(message)
    } catch (error) {
      log.error({ err: error }, 'the queue does not answer')
      await sleep(1_000)
    }
  }
}

createServer((_request, response) => response.end(JSON.stringify({ shipped }))).listen(
  portOf('shipping'),
  '127.0.0.1',
  () => {
    ready()
    void work()
  },
)
