/** Takes orders: reserves stock (HTTP), takes the money (gRPC), and hands the order to shipping (queue). */
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import express from 'express'
import { randomUUID } from 'node:crypto'
import { createPaymentsClient } from '../lib/payments-api.mjs'
import { createPool } from '../lib/pool.mjs'
import { SHIPMENTS_QUEUE, sqsOptions } from '../lib/queue.mjs'
import { callJson, log, portOf, ready, urlOf } from '../lib/service.mjs'

const pool = createPool()
const payments = createPaymentsClient()
const sqs = new SQSClient(sqsOptions())
const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: SHIPMENTS_QUEUE }))

const app = express()
app.use(express.json())

app.post('/orders', async (request, response) => {
  const { email, card, lines } = request.body
  if (!Array.isArray(lines) || lines.length === 0) return response.status(400).json({ error: 'the basket is empty' })
  const id = randomUUID()
  const totalCents = await reserveStock(lines)
  await store(id, email, totalCents, lines)
  try {
    await payments.charge({ orderId: id, amountCents: totalCents, card })
  } catch (error) {
    await setStatus(id, 'unpaid')
    log.warn({ orderId: id, reason: error.details ?? error.message }, 'order not paid')
    const declined = error.details === 'card declined'
    return response
      .status(declined ? 402 : 502)
      .json({ error: declined ? 'card declined' : 'payment failed', orderId: id })
  }
  await setStatus(id, 'paid')
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify({ orderId: id, lines }) }))
  log.info({ orderId: id, totalCents }, 'order accepted')
  return response.status(201).json({ orderId: id, totalCents })
})

app.get('/orders/:id', async (request, response) => {
  const { rows } = await pool.query(
    `SELECT o.id, o.status, o.total_cents AS "totalCents", s.carrier
     FROM orders o LEFT JOIN shipments s ON s.order_id = o.id WHERE o.id = $1`,
    [request.params.id],
  )
  if (rows.length === 0) return response.status(404).json({ error: 'there is no such order' })
  return response.json(rows[0])
})

/** What sells best, counted over the whole stock ledger: slow because it is a lot of work, not because of a mistake. */
app.get('/bestsellers', async (_request, response) => {
  const { rows } = await pool.query(
    `SELECT p.name, count(*) FILTER (WHERE m.reason = 'order')::int AS sold, md5(string_agg(m.id::text, ',')) AS version
     FROM stock_moves m LEFT JOIN products p USING (sku) GROUP BY p.name ORDER BY sold DESC, p.name LIMIT 5`,
  )
  response.json(rows)
})

app.use((error, _request, response, _next) => {
  log.error({ err: error }, 'request failed')
  response.status(error.status ?? 500).json({ error: error.message })
})

async function reserveStock(lines) {
  let totalCents = 0
  for (const { sku, quantity } of lines) {
    const product = await callJson(`${urlOf('inventory')}/products/${sku}`)
    await callJson(`${urlOf('inventory')}/products/${sku}/reserve`, { method: 'POST', body: { quantity } })
    totalCents += product.priceCents * quantity
  }
  return totalCents
}

async function store(id, email, totalCents, lines) {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    await client.query("INSERT INTO orders (id, email, total_cents, status) VALUES ($1, $2, $3, 'new')", [
      id,
      email,
      totalCents,
    ])
    const skus = lines.map((line) => line.sku)
    const quantities = lines.map((line) => line.quantity)
    await client.query('INSERT INTO order_lines SELECT $1, * FROM unnest($2::text[], $3::int[])', [
      id,
      skus,
      quantities,
    ])
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  } finally {
    client.release()
  }
}

async function setStatus(id, status) {
  await pool.query('UPDATE orders SET status = $2 WHERE id = $1', [id, status])
}

app.listen(portOf('orders'), '127.0.0.1', (error) => {
  if (error) throw error
  ready()
})
