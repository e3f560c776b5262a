import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { ask } from './in-request.mjs'

const app = new Hono()
app.use(async (_c, next) => next())
app.get('/users/:id', (c) => c.json({ id: c.req.param('id') }))
const shop = new Hono()
shop.get('/orders/:order', (c) => c.text('ok'))
app.route('/shop', shop)
app.get('/broken', () => {
  throw new TypeError('broken')
})
app.onError((error, c) => c.text(error.message, 500))
const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, async ({ port }) => {
  await ask(port, ['/users/7', '/shop/orders/9', '/broken', '/nowhere'])
  server.close()
})
