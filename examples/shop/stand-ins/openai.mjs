/**
 * A stand-in for the OpenAI API: POST /v1/chat/completions, streamed or not, with a tool call and token usage. Its
 * "model" looks for a product word in the question, asks the tool for it, and makes a sentence of the tool's answer.
 */
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { portOf, ready, sleep } from '../lib/service.mjs'

const TOKEN_DELAY_MS = 12

/** Four characters a token: near enough for a stand-in. */
function countTokens(text) {
  return Math.max(1, Math.ceil(text.length / 4))
}

/** @returns {{ content: string } | { toolCall: { name: string, arguments: string } }} */
function think(messages, tools) {
  const last = messages.at(-1)
  if (last.role === 'tool') {
    const found = JSON.parse(last.content)
    if (found.length === 0) return { content: 'I am sorry, we have nothing of that kind at the moment.' }
    const names = found
      .slice(0, 3)
      .map((product) => `the ${product.name} for ${(product.priceCents / 100).toFixed(2)} €`)
    return { content: `We have ${names.join(', ')}. Shall I put one aside for you?` }
  }
  const words =
    String(last.content)
      .toLowerCase()
      .match(/[a-z]+/g) ?? []
  const word = words.find((candidate) => /^(lamp|chair|desk|shelf|clock|rug|vase|mirror)s?$/.test(candidate))
  if (word === undefined || tools.length === 0)
    return { content: 'Ask me about lamps, chairs, desks or anything for a home.' }
  return { toolCall: { name: tools[0].function.name, arguments: JSON.stringify({ query: word.replace(/s$/, '') }) } }
}

function usageOf(messages, outcome) {
  const prompt = messages.reduce((sum, message) => sum + countTokens(JSON.stringify(message)), 0)
  const completion = countTokens('content' in outcome ? outcome.content : outcome.toolCall.arguments)
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion }
}

function toolCallOf({ toolCall }) {
  return { id: `call_${randomUUID().slice(0, 8)}`, type: 'function', function: toolCall }
}

async function stream(response, base, outcome, usage) {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
  const send = (delta, finish = null) =>
    response.write(`data: ${JSON.stringify({ ...base, choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`)
  await sleep(60)
  send({ role: 'assistant', content: '' })
  if ('toolCall' in outcome) send({ tool_calls: [{ index: 0, ...toolCallOf(outcome) }] }, 'tool_calls')
  else {
    for (const piece of outcome.content.match(/\S+\s*/g)) {
      await sleep(TOKEN_DELAY_MS)
      send({ content: piece })
    }
    send({}, 'stop')
  }
  response.write(`data: ${JSON.stringify({ ...base, choices: [], usage })}\n\n`)
  response.end('data: [DONE]\n\n')
}

function whole(response, base, outcome, usage) {
  const isTool = 'toolCall' in outcome
  const message = isTool
    ? { role: 'assistant', content: null, tool_calls: [toolCallOf(outcome)] }
    : { role: 'assistant', content: outcome.content }
  const choices = [{ index: 0, message, finish_reason: isTool ? 'tool_calls' : 'stop' }]
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ ...base, object: 'chat.completion', choices, usage }))
}

async function handle(request, response) {
  try {
    if (request.method !== 'POST' || request.url !== '/v1/chat/completions') throw new Error('not in this stand-in')
    let text = ''
    for await (const chunk of request.setEncoding('utf8')) text += chunk
    const { model, messages, tools = [], stream: streamed } = JSON.parse(text)
    const outcome = think(messages, tools)
    const base = {
      id: `chatcmpl-${randomUUID()}`,
      object: 'chat.completion.chunk',
      created: Math.floor(Date.now() / 1000),
      model: `${model}-stand-in`,
    }
    const usage = usageOf(messages, outcome)
    if (streamed) await stream(response, base, outcome, usage)
    else whole(response, base, outcome, usage)
  } catch (error) {
    response.writeHead(400, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ error: { message: error.message, type: 'invalid_request_error' } }))
  }
}

const server = createServer((request, response) => void handle(request, response))
server.listen(portOf('openai'), '127.0.0.1', ready)
