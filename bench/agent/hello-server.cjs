// The program under test: answers every request with a few bytes, and says on IPC what it has cost so far. In CommonJS,
// because upstream's --require sees no other programs.
const { createServer } = require('node:http')

const server = createServer((_request, response) => response.end('hello'))
let served = 0
server.on('request', () => served++)
process.on('message', (message) => {
  if (message === 'stop') return void process.exit(0)
  const { user, system } = process.cpuUsage()
  process.send({ served, cpuMicros: user + system, rssBytes: process.memoryUsage.rss() })
})
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
