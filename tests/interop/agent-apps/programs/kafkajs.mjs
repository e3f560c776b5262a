import { Kafka, logLevel } from 'kafkajs'
import { inRequest, setting } from './in-request.mjs'
import { startKafka } from './kafka-peer.mjs'

const { broker, server } = await startKafka()
const kafka = new Kafka({ brokers: [broker], logLevel: logLevel.ERROR, retry: { retries: 1 } })
const producer = kafka.producer()
await producer.connect()
const consumer = kafka.consumer({ groupId: 'group', heartbeatInterval: 1000 })
await consumer.connect()
await consumer.subscribe({ topic: 'mails', fromBeginning: true })
const batch = process.argv[2] === 'batch'
const work = () => fetch(setting('TEST_PEER')).then((answer) => answer.text())
await inRequest(() => producer.send({ topic: 'mails', messages: [{ value: 'one' }] }))
await inRequest(() => producer.send({ topic: 'mails', messages: [{ value: 'two' }] }))
await new Promise((resolve) => {
  let seen = 0
  void consumer.run(
    batch
      ? {
          eachBatch: async ({ batch: { messages } }) => {
            await work()
            seen += messages.length
            if (seen === 2) resolve()
          },
        }
      : {
          eachMessage: async () => {
            await work()
            if (++seen === 2) resolve()
          },
        },
  )
})
await consumer.disconnect()
await producer.disconnect()
server.close()
setTimeout(() => process.exit(), 300).unref()
