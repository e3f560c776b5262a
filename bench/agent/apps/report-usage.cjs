// What the server under test says of itself on IPC: requests served, processor time, memory.
module.exports = function reportUsage(server) {
  let served = 0
  server.on('request', () => served++)
  process.on('message', (message) => {
    if (message === 'stop') return void process.exit(0)
    const { user, system } = process.cpuUsage()
    process.send({ served, cpuMicros: user + system, rssBytes: process.memoryUsage.rss() })
  })
  process.send({ port: server.address().port })
}
