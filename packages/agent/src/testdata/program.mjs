// An ESM program: one request to its own server, then an end of the kind named by the argument.
import { createServer } from 'node:http'
import http from 'node:http'

const server = createServer((request, response) => {
  console.log('served %s', request.url)
  response.end('hello')
})
server.listen(0, '127.0.0.1', () => void main())

async function main() {
  const url = `http://127.0.0.1:${server.address().port}/hello`
  await (await fetch(url)).text()
  await new Promise((resolve) => http.get(`${url}?again`, (response) => response.resume().on('end', resolve)))
  const end = process.argv[2]
  if (end === 'exit') process.exit(3)
  if (end === 'throw') {
    setImmediate(() => {
      throw new TypeError('boom')
    })
  }
  if (end === 'reject') void Promise.reject(new RangeError('nobody cares'))
  if (end === 'handled') {
    process.on('SIGTERM', () => {
      console.log('closing')
      setTimeout(() => process.exit(7), 50)
    })
  }
  console.log('ready')
  if (end === 'end') {
    server.close()
    server.closeAllConnections()
  }
}
