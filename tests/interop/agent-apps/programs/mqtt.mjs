import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import mqtt from 'mqtt'
import { inRequest, setting } from './in-request.mjs'

// A broker for one client, by the packets of the library itself.
const require = createRequire(createRequire(import.meta.url).resolve('mqtt'))
const { generate, parser } = require('mqtt-packet')
const V5 = { protocolVersion: 5 }
const server = createServer((socket) => {
  const reply = (packet) => socket.write(generate(packet, V5))
  const packets = parser(V5)
  packets.on('packet', (packet) => {
    const { cmd, messageId } = packet
    if (cmd === 'connect') reply({ cmd: 'connack', reasonCode: 0, sessionPresent: false })
    if (cmd === 'subscribe') reply({ cmd: 'suback', messageId, granted: [1] })
    if (cmd === 'publish') {
      reply({ cmd: 'puback', messageId, reasonCode: 0 })
      reply({ ...packet, qos: 0, messageId: undefined })
    }
    if (cmd === 'disconnect') socket.end()
  })
  socket.on('data', (data) => packets.parse(data)).on('error', () => undefined)
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${server.address().port}`, { protocolVersion: 5 })
await client.subscribeAsync('mails')
const received = new Promise((resolve) => {
  client.on('message', () => void fetch(setting('TEST_PEER')).then((answer) => resolve(answer.text())))
})
await inRequest(() => client.publishAsync('mails', 'hello', { qos: 1 }).then(() => undefined))
await received
await client.endAsync()
server.close()
