// What a program under test has to be for Trace Context conformance: it is told by a POST whom to call, and calls them, with
// fetch or, at /http, with node:http. Writes its address when it listens.
import express from 'express'
import http from 'node:http'

const app = express()
app.use(express.json({ type: () => true }))

app.post('/fetch', async (request, response) => {
  for (const { url, arguments: body } of request.body) {
    await (
      await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
    ).arrayBuffer()
  }
  response.json({})
})

app.post('/http', async (request, response) => {
  for (const { url, arguments: body } of request.body) await post(url, JSON.stringify(body))
  response.json({})
})

function post(url, body) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const call = http.request(url, { method: 'POST', headers }, (answer) => answer.resume().on('end', resolve))
    call.on('error', reject).end(body)
  })
}

const server = app.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  process.stdout.write(`ready http://127.0.0.1:${server.address().port}\n`)
})
