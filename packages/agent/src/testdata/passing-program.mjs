// A server that writes a log line, calls itself for another page, and answers with the headers that page was called with.
import { createServer } from 'node:http'

async function passOn(response) {
  console.log('passing on')
  const answer = await fetch(`http://127.0.0.1:${server.address().port}/end`)
  response.end(await answer.text())
}

const server = createServer((request, response) => {
  if (request.url === '/end') response.end(JSON.stringify(request.headers))
  else void passOn(response)
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`ready ${server.address().port}\n`))
