// A small shop: Express with routes, queries of PostgreSQL, commands of Redis, and calls by node:http and by fetch, also
// such as fail. What it does is in its requests; it ends by itself.
const http = require('node:http')
const express = require('express')
const pg = require('pg')
const redis = require('redis')

const pool = new pg.Pool({ connectionString: process.env.TEST_POSTGRES, max: 2 })
const cache = redis.createClient({ url: process.env.TEST_REDIS })
const peer = process.env.TEST_PEER

function get(url, options = {}) {
  return new Promise((resolve, reject) => {
    http
      .get(url, options, (response) => response.resume().on('end', () => resolve(response.statusCode)))
      .on('error', reject)
  })
}

const app = express()
app.use(express.json())
app.use((_request, _response, next) => void setTimeout(() => next(), 1))
app.get('/orders/:id', async (request, response) => {
  const { rows } = await pool.query('SELECT name FROM orders WHERE id = $1', [request.params.id])
  await cache.set(`order:${request.params.id}`, 'seen')
  const status = await get(`${peer}/stock/${request.params.id}?unit=piece`)
  response.json({ rows, status })
})
const shop = express.Router()
shop.post('/orders', async (request, response) => {
  await pool.query('INSERT INTO orders (id, name) VALUES ($1, $2)', [request.body.id, request.body.name])
  const answer = await fetch(`${peer}/mail`, { method: 'POST', body: 'mail', headers: { 'user-agent': 'shop/1' } })
  response.status(201).send(await answer.text())
})
app.use('/shop', shop)
app.get('/all', async (_request, response) => {
  // Several at once, in one request.
  await Promise.all([get(`${peer}/a`), fetch(`${peer}/b`).then((answer) => answer.text()), cache.get('order:7')])
  response.send('all')
})
app.get('/missing', async (_request, response) => response.status(404).send(String(await get(`${peer}/status/404`))))
app.get('/down', async (_request, response) => {
  await get('http://127.0.0.1:1/nobody').catch(() => undefined)
  await fetch('http://127.0.0.1:2/nobody').catch(() => undefined)
  response.status(503).send('down')
})
app.get('/wrong', async () => {
  await pool.query('SELECT nonsense FROM orders')
})
app.use((error, _request, response, _next) => response.status(500).send(error.message))

async function main() {
  await cache.connect()
  await pool.query('DROP TABLE IF EXISTS orders')
  await pool.query('CREATE TABLE orders (id int, name text)')
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.on('listening', resolve))
  const url = `http://127.0.0.1:${server.address().port}`
  const json = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"id":7,"name":"Ada"}' }
  await (await fetch(`${url}/shop/orders`, json)).text()
  for (const path of ['/orders/7?full=1', '/all', '/missing', '/down', '/wrong', '/nowhere']) {
    await (await fetch(`${url}${path}`)).text()
  }
  server.close()
  server.closeAllConnections()
  await pool.end()
  await cache.quit()
}
main()
