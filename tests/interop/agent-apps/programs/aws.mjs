import { createServer } from 'node:http'
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns'
import { ReceiveMessageCommand, SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { createHash } from 'node:crypto'
import { inRequest, setting } from './in-request.mjs'

// A queue and a topic as their wire protocols are: JSON for SQS, forms and XML for SNS.
const queue = []
const peer = createServer(async (request, response) => {
  let text = ''
  for await (const chunk of request) text += chunk
  const target = String(request.headers['x-amz-target'] ?? '')
  if (target === '') {
    console.log('sns', decodeURIComponent(text).includes('traceparent'))
    const result = '<PublishResult><MessageId>1</MessageId></PublishResult>'
    response.end(`<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">${result}</PublishResponse>`)
    return
  }
  const body = JSON.parse(text)
  const take = ({ MessageBody, MessageAttributes = {} }) => {
    queue.push({ MessageId: String(queue.length), Body: MessageBody, MessageAttributes, ReceiptHandle: 'r' })
    return createHash('md5').update(MessageBody).digest('hex')
  }
  response.setHeader('content-type', 'application/x-amz-json-1.0')
  if (target.endsWith('.SendMessage')) response.end(JSON.stringify({ MessageId: '1', MD5OfMessageBody: take(body) }))
  else if (target.endsWith('.SendMessageBatch')) {
    const Successful = body.Entries.map((entry) => ({
      Id: entry.Id,
      MessageId: entry.Id,
      MD5OfMessageBody: take(entry),
    }))
    response.end(JSON.stringify({ Successful, Failed: [] }))
  } else {
    const Messages = queue.splice(0).map((message) => ({
      ...message,
      MD5OfBody: createHash('md5').update(message.Body).digest('hex'),
    }))
    response.end(JSON.stringify({ Messages }))
  }
})
await new Promise((resolve) => peer.listen(0, '127.0.0.1', resolve))
const endpoint = `http://127.0.0.1:${peer.address().port}`
const options = { endpoint, region: 'eu-west-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } }
const sqs = new SQSClient(options)
const QueueUrl = `${endpoint}/1/mails`
await inRequest(async () => {
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'one' }))
  await sqs.send(
    new SendMessageBatchCommand({
      QueueUrl,
      Entries: [
        { Id: 'a', MessageBody: 'two' },
        { Id: 'b', MessageBody: 'three' },
      ],
    }),
  )
  await new SNSClient(options).send(new PublishCommand({ TopicArn: 'arn:aws:sns:eu-west-1:1:news', Message: 'four' }))
})
const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'] }))
if (process.argv[2] === 'map') await Promise.all(Messages.map(handle))
else if (process.argv[2] === 'forEach') {
  const all = []
  Messages.forEach((message) => all.push(handle(message)))
  await Promise.all(all)
} else for (const message of Messages) await handle(message)
await fetch(`${setting('TEST_PEER')}/after`)
console.log('received', Messages.length)
peer.close()
peer.closeAllConnections()

async function handle() {
  await fetch(setting('TEST_PEER')).then((answer) => answer.text())
}
