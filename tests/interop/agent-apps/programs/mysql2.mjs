import { createServer } from 'node:http'
import mysql from 'mysql2'
import mysqlPromise from 'mysql2/promise'
import { inRequest } from './in-request.mjs'

// The library's own server: it answers every query with one row, or with an error when the text says so.
const server = mysql.createServer()
server.on('connection', (connection) => {
  connection.serverHandshake({
    protocolVersion: 10,
    serverVersion: '8.0.0 test',
    connectionId: 1,
    statusFlags: 2,
    characterSet: 8,
    capabilityFlags: 0xffffff ^ 2048,
  })
  // Commands begin to count at 0 again, which the server side of the library does not expect.
  const handlePacket = connection.handlePacket
  connection.handlePacket = function (packet) {
    if (packet) this.sequenceId = packet.sequenceId
    return handlePacket.call(this, packet)
  }
  connection.on('query', (text) => {
    if (text.includes('nonsense')) connection.writeError({ code: 1054, message: 'Unknown column' })
    else
      connection.writeTextResult(
        [{ n: 1 }],
        [
          {
            catalog: 'def',
            name: 'n',
            columnType: 8,
            characterSet: 33,
            columnLength: 1,
            schema: '',
            table: '',
            orgName: 'n',
            orgTable: '',
            flags: 0,
            decimals: 0,
          },
        ],
      )
  })
  connection.on('error', () => undefined)
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const { port } = server._server.address()
const pool = mysqlPromise.createPool({ host: '127.0.0.1', port, user: 'clew', database: 'shop' })
const plain = mysql.createConnection({ host: '127.0.0.1', port, user: 'clew', database: 'shop' })
await inRequest(async () => {
  await pool.query('SELECT n FROM items WHERE id = 42')
  await new Promise((resolve, reject) => {
    plain.query('UPDATE items SET n = 2', (error) => (error ? reject(error) : resolve()))
  })
  await pool.query('SELECT nonsense FROM items').catch(() => undefined)
})
// Two requests wait for one connection: what their callbacks do belongs to each of them.
const peer = createServer((_request, response) => response.end('ok'))
await new Promise((resolve) => peer.listen(0, '127.0.0.1', resolve))
const narrow = mysql.createPool({ host: '127.0.0.1', port, user: 'clew', database: 'shop', connectionLimit: 1 })
const queued = (name) =>
  inRequest(
    () =>
      new Promise((resolve, reject) => {
        narrow.query(`SELECT n FROM ${name}`, (error) => {
          if (error) reject(error)
          else void fetch(`http://127.0.0.1:${peer.address().port}/${name}`).then((answer) => resolve(answer.text()))
        })
      }),
  )
await Promise.all([queued('first_queue'), queued('second_queue')])
await narrow.promise().end()
peer.close()
peer.closeAllConnections()
await pool.end()
plain.destroy()
server.close(() => undefined)
