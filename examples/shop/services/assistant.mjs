/** Answers questions with a language model that may look into the catalogue, and streams the answer (SSE). */
import express from 'express'
import OpenAI from 'openai'
import { callJson, log, portOf, ready, urlOf } from '../lib/service.mjs'

const MODEL = 'gpt-4o-mini'
const MAX_ROUNDS = 3
const openai = new OpenAI({ baseURL: `${urlOf('openai')}/v1`, apiKey: 'shop' })

const tools = [
  {
    type: 'function',
    function: {
      name: 'find_products',
      description: 'Products of the shop whose name contains a word.',
      parameters: { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] },
    },
  },
]

/** Asks the model until it answers in words; `onText` gets them as they come. */
async function converse(question, onText) {
  const messages = [
    { role: 'system', content: 'You are the assistant of a furniture shop. Be brief.' },
    { role: 'user', content: question },
  ]
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const { text, calls } = await complete(messages, onText)
    if (calls.length === 0) return text
    messages.push({ role: 'assistant', content: null, tool_calls: calls })
    for (const call of calls) {
      const found = await runTool(call.function)
      messages.push({ role: 'tool', tool_call_id: call.id, content: JSON.stringify(found) })
    }
  }
  throw new Error(`no answer after ${MAX_ROUNDS} rounds`)
}

async function complete(messages, onText) {
  const stream = await openai.chat.completions.create({
    model: MODEL,
    messages,
    tools,
    temperature: 0.2,
    max_completion_tokens: 200,
    stream: true,
    stream_options: { include_usage: true },
  })
  let text = ''
  const calls = []
  for await (const chunk of stream) {
    const delta = chunk.choices[0]?.delta
    if (delta?.content) {
      text += delta.content
      onText(delta.content)
    }
    for (const { index, ...call } of delta?.tool_calls ?? []) calls[index] = call
  }
  return { text, calls }
}

async function runTool({ name, arguments: json }) {
  const { query } = JSON.parse(json)
  log.info({ tool: name, query }, 'the model asks for a tool')
  return callJson(`${urlOf('inventory')}/products?query=${encodeURIComponent(query)}`)
}

const app = express()
app.use(express.json())

app.post('/chat', async (request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  const send = (event, data) => response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  try {
    await converse(String(request.body.message ?? ''), (text) => send('text', { text }))
    send('end', {})
  } catch (error) {
    log.error({ err: error }, 'no answer')
    send('error', { error: error.message })
  }
  response.end()
})

app.listen(portOf('assistant'), '127.0.0.1', (error) => {
  if (error) throw error
  ready()
})
