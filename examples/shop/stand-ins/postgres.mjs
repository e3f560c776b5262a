/**
 * PostgreSQL without a server to install: PGlite (PostgreSQL compiled to WebAssembly) in memory, behind a socket that
 * speaks the wire protocol. PGlite has one session, so this process hands it whole exchanges (everything up to Sync,
 * or one simple query), one connection at a time, and a transaction keeps its turn until it ends.
 */
import { createServer } from 'node:net'
import { portOf, ready } from '../lib/service.mjs'
import { openDatabase } from './open-database.mjs'

const SSL_REQUEST = 80877103
const CANCEL_REQUEST = 80877102

const db = await openDatabase()

/** Connections with a complete exchange, in the order in which they came. */
const waiting = []
let owner
let working = false

async function work() {
  if (working) return
  working = true
  for (let turn = nextTurn(); turn !== undefined; turn = nextTurn()) {
    owner = turn.connection
    for (const message of turn.messages) {
      const answer = await db.execProtocolRaw(message, { syncToFs: false })
      if (owner.socket.writable) owner.socket.write(answer)
    }
  }
  working = false
}

function nextTurn() {
  const held = db.isInTransaction() && owner !== undefined
  const index = held ? waiting.findIndex((turn) => turn.connection === owner) : 0
  return index === -1 ? undefined : waiting.splice(index, 1)[0]
}

const server = createServer((socket) => {
  const connection = { socket, input: Buffer.alloc(0), started: false, exchange: [] }
  socket.setNoDelay(true)
  socket.on('data', (chunk) => {
    connection.input = Buffer.concat([connection.input, chunk])
    for (let message = takeMessage(connection); message !== undefined; message = takeMessage(connection)) {
      onMessage(connection, message)
    }
    void work()
  })
  socket.on('error', () => socket.destroy())
  socket.on('close', () => void release(connection))
})

/** The next complete message, or undefined; before the start-up message there is no type byte. */
function takeMessage(connection) {
  const { input, started } = connection
  const header = started ? 1 : 0
  if (input.length < header + 4) return undefined
  const length = header + input.readInt32BE(header)
  if (input.length < length) return undefined
  connection.input = input.subarray(length)
  return input.subarray(0, length)
}

function onMessage(connection, message) {
  if (!connection.started) {
    const code = message.readInt32BE(4)
    if (code === SSL_REQUEST) connection.socket.write('N')
    else if (code === CANCEL_REQUEST) connection.socket.end()
    else {
      connection.started = true
      waiting.push({ connection, messages: [message] })
    }
    return
  }
  const type = String.fromCharCode(message[0])
  if (type === 'X') {
    connection.socket.end()
    return
  }
  connection.exchange.push(message)
  if (type === 'S' || type === 'Q') waiting.push({ connection, messages: connection.exchange.splice(0) })
}

async function release(connection) {
  for (let i = waiting.length - 1; i >= 0; i--) if (waiting[i].connection === connection) waiting.splice(i, 1)
  if (owner === connection && db.isInTransaction()) await db.exec('ROLLBACK')
  if (owner === connection) owner = undefined
  void work()
}

server.listen(portOf('postgres'), '127.0.0.1', ready)
