// The same in CommonJS, without fetch; ends when its one request is answered.
const http = require('node:http')
const winston = require('winston')

const log = winston.createLogger({ transports: [new winston.transports.Console()] })
const server = http.createServer((request, response) => {
  log.warn('served from CommonJS', { path: request.url })
  response.end('hello')
})
server.listen(0, '127.0.0.1', () => {
  http.get({ port: server.address().port, path: '/old' }, (response) => {
    response.resume().on('end', () => {
      process.stdout.write('ready\n')
      server.close()
      server.closeAllConnections()
    })
  })
})
