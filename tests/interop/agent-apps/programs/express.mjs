import express from 'express'
import { ask } from './in-request.mjs'

const app = express()
app.use((_request, _response, next) => next())
app.get('/users/:id', (request, response) => response.json({ id: request.params.id }))
const shop = express.Router()
shop.get('/orders/:order', (_request, response) => response.send('ok'))
app.use('/shop', shop)
app.get('/broken', () => {
  throw new TypeError('broken')
})
app.use((error, _request, response, _next) => response.status(500).send(error.message))
const server = app.listen(0, '127.0.0.1', async () => {
  await ask(server.address().port, ['/users/7', '/shop/orders/9', '/broken', '/nowhere'])
  server.close()
})
