// Requests that wait for a connection, find one that stands, or get none; the name of each is its path.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { setTimeout as delay } from 'node:timers/promises'

const answer = (_request, response) => response.end('ok')
const plain = http.createServer(answer)
const secure = https.createServer(
  { key: readFileSync(process.env.TEST_KEY), cert: readFileSync(process.env.TEST_CERT) },
  answer,
)
for (const server of [plain, secure]) await once(server.listen(0, '127.0.0.1'), 'listening')
const origin = `http://localhost:${plain.address().port}`
const secureOrigin = `https://localhost:${secure.address().port}`
const agents = { 'http:': new http.Agent({ keepAlive: true }), 'https:': new https.Agent({ keepAlive: true }) }

const send = (url) =>
  new Promise((resolve) => {
    const { protocol } = new URL(url)
    const client = protocol === 'https:' ? https : http
    client
      .get(url, { agent: agents[protocol] }, (response) => response.resume().on('end', resolve))
      .on('error', resolve)
  })
const byFetch = (url) => fetch(url).then((response) => response.text(), String)

await send(`${origin}/http-new`)
await send(`${origin}/http-kept`)
await send(`http://127.0.0.1:${plain.address().port}/http-address`)
await send(`${secureOrigin}/https-new`)
await send(`${secureOrigin}/https-kept`)
await send('http://localhost:1/http-refused')
await byFetch(`${origin}/fetch-new`)
// Its connection is free some time after the end of the answer.
await delay(100)
await byFetch(`${origin}/fetch-kept`)
await byFetch(`${secureOrigin}/fetch-secure`)
await byFetch('http://localhost:2/fetch-refused')
for (const server of [plain, secure]) {
  server.close()
  server.closeAllConnections()
}
