import { createServer } from 'node:http'
import { Server } from 'socket.io'
import { io } from 'socket.io-client'

const http = createServer((_request, response) => response.end('ok'))
const server = new Server(http)
await new Promise((resolve) => http.listen(0, '127.0.0.1', resolve))
const url = `http://127.0.0.1:${http.address().port}`
server.on('connection', (socket) => {
  socket.on('order', async (id, done) => {
    await fetch(`${url}/inner`).then((answer) => answer.text())
    done(id + 1)
  })
})
const client = io(url, { transports: ['websocket'] })
console.log(await client.emitWithAck('order', 6))
client.close()
await server.close()
http.closeAllConnections()
