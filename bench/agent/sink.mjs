// A backend that takes everything: counts requests and bytes per path.
import { createServer } from 'node:http'

const seen = { requests: 0, bytes: 0 }
const server = createServer((request, response) => {
  request.on('data', (chunk) => (seen.bytes += chunk.length))
  request.on('end', () => {
    seen.requests++
    response.end()
  })
})
process.on('message', () => process.send({ ...seen }))
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
process.on('disconnect', () => process.exit(0))
