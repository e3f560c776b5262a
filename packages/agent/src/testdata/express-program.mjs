// A server with routes: one that answers, one that throws, one with a parameter below a router; ends by itself.
import express from 'express'

const app = express()
const router = express.Router()
router.get('/orders/:id', async (_request, response) => response.json({}))
app.use('/api', router)
app.get('/hello', (_request, response) => response.send('hello'))
app.get('/broken', () => {
  throw new TypeError('no luck')
})
app.use((error, _request, response, _next) => response.status(500).end(error.message))
const server = app.listen(0, '127.0.0.1', () => void main())

async function main() {
  const base = `http://127.0.0.1:${server.address().port}`
  for (const path of ['/hello', '/broken', '/api/orders/7?x=1', '/nowhere']) await (await fetch(base + path)).text()
  server.close()
  server.closeAllConnections()
}
