/** What customers see: a page, a JSON API, and the switch for the incident. */
import express from 'express'
import { Readable } from 'node:stream'
import { createPaymentsClient } from '../lib/payments-api.mjs'
import { callJson, log, portOf, ready, urlOf } from '../lib/service.mjs'

const payments = createPaymentsClient()
const inventory = urlOf('inventory')
const orders = urlOf('orders')

const app = express()
app.use(express.json())

app.get('/', async (_request, response) => {
  response.type('html').send(page(await callJson(`${inventory}/products`)))
})

app.get('/api/products/:sku', async (request, response) => {
  response.json(await callJson(`${inventory}/products/${encodeURIComponent(request.params.sku)}`))
})

/** Every product with its stock; see inventory for what is wrong with it. */
app.get('/api/catalogue', async (_request, response) => {
  response.json(await callJson(`${inventory}/catalogue`))
})

app.get('/api/bestsellers', async (_request, response) => {
  response.json(await callJson(`${orders}/bestsellers`))
})

app.post('/api/checkout', async (request, response) => {
  const { email, card, lines } = request.body
  const order = await callJson(`${orders}/orders`, { method: 'POST', body: { email, card, lines } })
  log.info({ orderId: order.orderId }, 'checkout done')
  response.status(201).json(order)
})

app.get('/api/orders/:id', async (request, response) => {
  response.json(await callJson(`${orders}/orders/${encodeURIComponent(request.params.id)}`))
})

app.post('/api/chat', async (request, response) => {
  const answer = await fetch(`${urlOf('assistant')}/chat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message: request.body.message }),
  })
  response.writeHead(answer.status, { 'content-type': 'text/event-stream' })
  Readable.fromWeb(answer.body).pipe(response)
})

/** { "on": true } makes the bank slow and takes away an index; { "on": false } repairs both. */
app.post('/admin/incident', async (request, response) => {
  const on = request.body.on === true
  await Promise.all([
    payments.setIncident({ on }),
    callJson(`${inventory}/admin/incident`, { method: 'POST', body: { on } }),
  ])
  log.warn({ on }, 'incident switched')
  response.json({ on })
})

app.use((error, _request, response, _next) => {
  const status = error.status ?? 500
  if (status >= 500) log.error({ err: error }, 'request failed')
  response.status(status).json({ error: error.message })
})

function page(products) {
  const rows = products
    .map(({ name, priceCents }) => `<tr><td>${name}</td><td>${(priceCents / 100).toFixed(2)} €</td></tr>`)
    .join('')
  return `<!doctype html><meta charset="utf-8"><title>Shop</title><h1>Shop</h1><table>${rows}</table>`
}

app.listen(portOf('storefront'), '127.0.0.1', (error) => {
  if (error) throw error
  ready()
})
