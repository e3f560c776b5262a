import amqp from 'amqplib'
import { inRequest, setting } from './in-request.mjs'

const connection = await amqp.connect(setting('TEST_RABBIT'))
const channel = await connection.createConfirmChannel()
await channel.assertQueue('mails', { durable: false })
const received = new Promise((resolve) => {
  void channel.consume('mails', async (message) => {
    await fetch(setting('TEST_PEER')).then((answer) => answer.text())
    channel.ack(message)
    resolve()
  })
})
await inRequest(async () => {
  channel.sendToQueue('mails', Buffer.from('hello'))
  await channel.waitForConfirms()
})
await received
await channel.close()
await connection.close()
