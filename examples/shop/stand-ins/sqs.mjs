/**
 * The few operations of Amazon SQS that the shop uses, in its JSON protocol: CreateQueue, GetQueueUrl, SendMessage,
 * ReceiveMessage with long polling, DeleteMessage, GetQueueAttributes. At least once: a message that is not deleted
 * within its visibility timeout is delivered again.
 */
import { createHash, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { portOf, ready } from '../lib/service.mjs'

const VISIBILITY_MS = 30_000
const MAX_MESSAGES = 10_000

/** @type {Map<string, { messages: object[], receivers: (() => void)[] }>} */
const queues = new Map()

const operations = {
  CreateQueue: ({ QueueName }) => {
    queueNamed(QueueName)
    return { QueueUrl: `http://127.0.0.1:${portOf('sqs')}/000000000000/${QueueName}` }
  },
  GetQueueUrl: ({ QueueName }) => operations.CreateQueue({ QueueName }),
  GetQueueAttributes: ({ QueueUrl }) => {
    const { messages } = queueAt(QueueUrl)
    return { Attributes: { ApproximateNumberOfMessages: String(messages.length) } }
  },
  SendMessage: ({ QueueUrl, MessageBody, MessageAttributes }) => {
    const queue = queueAt(QueueUrl)
    if (queue.messages.length >= MAX_MESSAGES) throw new SqsError('OverLimit', 'the queue is full')
    const message = { id: randomUUID(), body: MessageBody, attributes: MessageAttributes, visibleAtMs: 0, receives: 0 }
    queue.messages.push(message)
    queue.receivers.shift()?.()
    return { MessageId: message.id, MD5OfMessageBody: md5(MessageBody) }
  },
  ReceiveMessage: async ({ QueueUrl, MaxNumberOfMessages = 1, WaitTimeSeconds = 0, MessageAttributeNames = [] }) => {
    const queue = queueAt(QueueUrl)
    if (visible(queue).length === 0) await arrival(queue, WaitTimeSeconds * 1000)
    const taken = visible(queue).slice(0, MaxNumberOfMessages)
    if (taken.length === 0) return {}
    return { Messages: taken.map((message) => deliver(message, MessageAttributeNames)) }
  },
  DeleteMessage: ({ QueueUrl, ReceiptHandle }) => {
    const { messages } = queueAt(QueueUrl)
    const index = messages.findIndex((message) => message.receipt === ReceiptHandle)
    if (index !== -1) messages.splice(index, 1)
    return {}
  },
}

class SqsError extends Error {
  constructor(code, message) {
    super(message)
    this.code = code
  }
}

function queueNamed(name) {
  let queue = queues.get(name)
  if (queue === undefined) queues.set(name, (queue = { messages: [], receivers: [] }))
  return queue
}

function queueAt(url) {
  const name = url?.split('/').at(-1)
  const queue = queues.get(name)
  if (queue === undefined) throw new SqsError('QueueDoesNotExist', `there is no queue ${name}`)
  return queue
}

function visible(queue) {
  return queue.messages.filter((message) => message.visibleAtMs <= Date.now())
}

/** Resolves when a message arrives or the wait is over. */
function arrival(queue, waitMs) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, waitMs)
    queue.receivers.push(done)
    function done() {
      clearTimeout(timer)
      const index = queue.receivers.indexOf(done)
      if (index !== -1) queue.receivers.splice(index, 1)
      resolve()
    }
  })
}

function deliver(message, wantedNames) {
  message.visibleAtMs = Date.now() + VISIBILITY_MS
  message.receipt = randomUUID()
  message.receives++
  const all = wantedNames.includes('All')
  const attributes = Object.entries(message.attributes ?? {}).filter(([name]) => all || wantedNames.includes(name))
  return {
    MessageId: message.id,
    ReceiptHandle: message.receipt,
    Body: message.body,
    MD5OfBody: md5(message.body),
    Attributes: { ApproximateReceiveCount: String(message.receives) },
    ...(attributes.length === 0 ? {} : { MessageAttributes: Object.fromEntries(attributes) }),
  }
}

function md5(text) {
  return createHash('md5').update(text).digest('hex')
}

async function handle(request, response) {
  const answer = (status, body) => {
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': randomUUID() })
    response.end(JSON.stringify(body))
  }
  try {
    let text = ''
    for await (const chunk of request.setEncoding('utf8')) text += chunk
    const operation = operations[request.headers['x-amz-target']?.split('.')[1]]
    if (operation === undefined) throw new SqsError('UnsupportedOperation', 'not in this stand-in')
    answer(200, await operation(JSON.parse(text || '{}')))
  } catch (error) {
    answer(400, { __type: `com.amazonaws.sqs#${error.code ?? 'InvalidRequest'}`, message: error.message })
  }
}

const server = createServer((request, response) => void handle(request, response))
server.listen(portOf('sqs'), '127.0.0.1', ready)
