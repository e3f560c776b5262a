// Two workers share a port; each answers until it has had a request, the primary asks.
const cluster = require('node:cluster')
const http = require('node:http')

if (cluster.isPrimary) {
  const workers = [cluster.fork(), cluster.fork()]
  let listening = 0
  cluster.on('listening', async (_worker, { port }) => {
    if (++listening < workers.length) return
    const answered = new Set()
    while (answered.size < workers.length) {
      const pid = await new Promise((resolve) => {
        http.get({ port, host: '127.0.0.1', path: '/', agent: false }, (response) => {
          response.setEncoding('utf8').on('data', resolve)
        })
      })
      answered.add(pid)
    }
    for (const worker of workers) worker.disconnect()
  })
} else {
  http.createServer((_request, response) => response.end(String(process.pid))).listen(0, '127.0.0.1')
}
