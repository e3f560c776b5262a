// A Node service without a line about telemetry: calls all the others. Writes its port to a file.
import { renameSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'

const [portFile, ...others] = process.argv.slice(2)
const server = createServer((request, response) => {
  const texts = Promise.all(others.map(async (url) => (await fetch(`${url}${request.url}`)).text()))
  void texts.then((found) => response.end(found.join('\n')))
})
server.listen(0, '127.0.0.1', () => {
  writeFileSync(`${portFile}.new`, String(server.address().port))
  renameSync(`${portFile}.new`, portFile)
})
