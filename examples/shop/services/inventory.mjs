/** Knows the products and how many there are. Plain node:http and SQL. */
import { createServer } from 'node:http'
import { createPool } from '../lib/pool.mjs'
import { log, portOf, ready } from '../lib/service.mjs'
import { STOCK_INDEX } from '../stand-ins/schema.mjs'

const pool = createPool()
const PRODUCT_COLUMNS = 'sku, name, price_cents AS "priceCents", weight_grams AS "weightGrams"'

async function products({ query }) {
  const pattern = `%${query.get('query') ?? ''}%`
  const { rows } = await pool.query(`SELECT ${PRODUCT_COLUMNS} FROM products WHERE name LIKE $1 ORDER BY sku`, [
    pattern,
  ])
  return rows
}

async function product({ sku }) {
  const { rows } = await pool.query(`SELECT ${PRODUCT_COLUMNS} FROM products WHERE sku = $1`, [sku])
  if (rows.length === 0) throw new HttpError(404, `there is no product ${sku}`)
  return { ...rows[0], available: await available(pool, sku) }
}

/** The whole catalogue with stock. One query per product: the N+1 mistake, here to be found in a trace. */
async function catalogue(request) {
  const all = await products(request)
  const client = await pool.connect()
  try {
    const withStock = []
    for (const entry of all) withStock.push({ ...entry, available: await available(client, entry.sku) })
    return withStock
  } finally {
    client.release()
  }
}

async function available(client, sku) {
  const { rows } = await client.query('SELECT sum(quantity)::int AS available FROM stock_moves WHERE sku = $1', [sku])
  return rows[0].available ?? 0
}

async function reserve({ sku, body }) {
  if (!Number.isInteger(body.quantity) || body.quantity < 1) throw new HttpError(400, 'quantity must be a whole number')
  const left = await available(pool, sku)
  if (left < body.quantity) throw new HttpError(409, `only ${left} of ${sku} left`)
  await pool.query("INSERT INTO stock_moves (sku, quantity, reason) VALUES ($1, $2, 'order')", [sku, -body.quantity])
  log.info({ sku, quantity: body.quantity, left: left - body.quantity }, 'stock reserved')
  return { sku, reserved: body.quantity }
}

/** The incident's second half: somebody drops the index that every stock look-up needs. */
async function setIncident({ body }) {
  await pool.query(body.on ? 'DROP INDEX IF EXISTS stock_moves_sku' : STOCK_INDEX)
  log.warn({ on: body.on === true }, 'incident switched')
  return { on: body.on === true }
}

const routes = [
  { method: 'GET', path: /^\/products$/, run: products },
  { method: 'GET', path: /^\/products\/(?<sku>[\w-]+)$/, run: product },
  { method: 'GET', path: /^\/catalogue$/, run: catalogue },
  { method: 'POST', path: /^\/products\/(?<sku>[\w-]+)\/reserve$/, run: reserve },
  { method: 'POST', path: /^\/admin\/incident$/, run: setIncident },
]

class HttpError extends Error {
  constructor(status, message) {
    super(message)
    this.status = status
  }
}

async function answer(request) {
  const url = new URL(request.url, 'http://inventory')
  for (const { method, path, run } of routes) {
    const match = method === request.method ? path.exec(url.pathname) : null
    if (match === null) continue
    let text = ''
    for await (const chunk of request.setEncoding('utf8')) text += chunk
    return run({ ...match.groups, query: url.searchParams, body: text === '' ? {} : JSON.parse(text) })
  }
  throw new HttpError(404, 'no such page')
}

async function handle(request, response) {
  let status = 200
  let result
  try {
    result = await answer(request)
  } catch (error) {
    status = error.status ?? 500
    result = { error: error.message }
    if (status === 500) log.error({ err: error }, 'request failed')
  }
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(result))
}

const server = createServer((request, response) => void handle(request, response))
server.listen(portOf('inventory'), '127.0.0.1', ready)
