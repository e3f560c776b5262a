// Answers every request with a few bytes. In CommonJS, because upstream's --require sees no other programs.
const { createServer } = require('node:http')
const reportUsage = require('./report-usage.cjs')

const server = createServer((_request, response) => response.end('hello'))
server.listen(0, '127.0.0.1', () => reportUsage(server))
