// A MongoDB server as far as its drivers need one: the wire protocol of OP_MSG with canned answers.
import { createServer } from 'node:net'
import { createRequire } from 'node:module'

const require = createRequire(createRequire(import.meta.url).resolve('mongodb'))
const { BSON } = require('mongodb')

const HELLO = {
  ismaster: true,
  isWritablePrimary: true,
  maxBsonObjectSize: 16777216,
  maxMessageSizeBytes: 48000000,
  maxWriteBatchSize: 100000,
  localTime: new Date(),
  minWireVersion: 0,
  maxWireVersion: 21,
  readOnly: false,
  ok: 1,
}

function answer(command) {
  const [name] = Object.keys(command)
  if (/^(hello|ismaster)$/i.test(name)) return HELLO
  if (name === 'find') {
    if (command.filter?.nonsense !== undefined) return { ok: 0, code: 2, codeName: 'BadValue', errmsg: 'bad value' }
    return {
      cursor: { id: BSON.Long.ZERO, ns: `${command.$db}.${command.find}`, firstBatch: [{ name: 'one' }] },
      ok: 1,
    }
  }
  if (name === 'insert') return { n: 1, ok: 1 }
  return { ok: 1 }
}

/** Listens on a free port and gives the URL. */
export async function startMongo() {
  const server = createServer((socket) => {
    let pending = Buffer.alloc(0)
    socket.on('error', () => undefined)
    socket.on('data', (data) => {
      pending = Buffer.concat([pending, data])
      while (pending.length >= 16 && pending.length >= pending.readInt32LE(0)) {
        const length = pending.readInt32LE(0)
        reply(socket, pending.subarray(0, length))
        pending = pending.subarray(length)
      }
    })
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `mongodb://127.0.0.1:${server.address().port}/shop`, server }
}

function reply(socket, message) {
  const id = message.readInt32LE(4)
  const isQuery = message.readInt32LE(12) === 2004
  const start = isQuery ? message.indexOf(0, 20) + 1 + 8 : 21
  const body = BSON.serialize(answer(BSON.deserialize(message.subarray(start, start + message.readInt32LE(start)))))
  const head = Buffer.alloc(isQuery ? 36 : 21)
  head.writeInt32LE(head.length + body.length, 0)
  head.writeInt32LE(id, 8)
  head.writeInt32LE(isQuery ? 1 : 2013, 12)
  if (isQuery) head.writeInt32LE(1, 32)
  socket.write(Buffer.concat([head, body]))
}
