import { createServer } from 'node:net'
import { Aedes } from 'aedes'
import mqtt from 'mqtt'
import { inRequest, setting } from './in-request.mjs'

const broker = await Aedes.createBroker()
const server = createServer(broker.handle)
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${server.address().port}`, { protocolVersion: 5 })
await client.subscribeAsync('mails')
const received = new Promise((resolve) => {
  client.on('message', () => void fetch(setting('TEST_PEER')).then((answer) => resolve(answer.text())))
})
await inRequest(() => client.publishAsync('mails', 'hello', { qos: 1 }).then(() => undefined))
await received
await client.endAsync()
await new Promise((resolve) => broker.close(resolve))
server.close()
