// What the servers under test talk to, in a process of its own: an HTTP service, and as much of a PostgreSQL server as a
// pool of clients needs to be answered "42" to whatever they ask.
import http from 'node:http'
import net from 'node:net'

const service = http.createServer((_request, response) => response.end('7'))
const database = net.createServer(serveClient)

service.listen(0, '127.0.0.1', () => {
  database.listen(0, '127.0.0.1', () => {
    process.send({ httpPort: service.address().port, pgPort: database.address().port })
  })
})
process.on('disconnect', () => process.exit(0))

function serveClient(socket) {
  socket.setNoDelay(true)
  socket.on('error', () => undefined)
  let started = false
  let rest = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    rest = Buffer.concat([rest, chunk])
    for (;;) {
      // The first message has no type.
      const head = started ? 1 : 0
      if (rest.length < head + 4) return
      const end = head + rest.readUInt32BE(head)
      if (rest.length < end) return
      const type = started ? String.fromCharCode(rest[0]) : 'start'
      rest = rest.subarray(end)
      started = true
      if (type === 'start') socket.write(Buffer.concat([message('R', int32(0)), READY]))
      else if (type === 'Q') socket.write(ANSWER)
      else if (type === 'X') socket.end()
    }
  })
}

function message(type, body) {
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body])
}

function int32(value) {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}

function int16(value) {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}

const READY = message('Z', Buffer.from('I'))
const COLUMN = Buffer.concat([Buffer.from('answer\0'), int32(0), int16(0), int32(23), int16(4), int32(-1), int16(0)])
const ANSWER = Buffer.concat([
  message('T', Buffer.concat([int16(1), COLUMN])),
  message('D', Buffer.concat([int16(1), int32(2), Buffer.from('42')])),
  message('C', Buffer.from('SELECT 1\0')),
  READY,
])
