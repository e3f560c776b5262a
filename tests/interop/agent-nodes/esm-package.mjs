// A package that is loaded as ES modules all the way.
import OpenAI from 'openai'
import { createServer } from 'node:http'

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response.setHeader('content-type', 'application/json')
    const message = { role: 'assistant', content: 'hi' }
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }
    response.end(
      JSON.stringify({ id: 'x', model: 'm-1', choices: [{ index: 0, message, finish_reason: 'stop' }], usage }),
    )
  })
})
server.listen(0, '127.0.0.1', () => void ask())

async function ask() {
  const client = new OpenAI({ apiKey: 'none', baseURL: `http://127.0.0.1:${server.address().port}`, maxRetries: 0 })
  await client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'hello' }] })
  server.close()
  server.closeAllConnections()
}
