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
await pool.end()
plain.destroy()
server.close(() => undefined)
