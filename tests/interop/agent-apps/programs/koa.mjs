import Router from '@koa/router'
import Koa from 'koa'
import { ask } from './in-request.mjs'

const app = new Koa()
app.silent = true
const router = new Router()
router.get('/users/:id', (ctx) => (ctx.body = { id: ctx.params.id }))
router.get('/broken', () => {
  throw new TypeError('broken')
})
const shop = new Router({ prefix: '/shop' })
shop.get('/orders/:order', (ctx) => (ctx.body = 'ok'))
app.use(async (_ctx, next) => next())
app.use(router.routes()).use(shop.routes())
const server = app.listen(0, '127.0.0.1', async () => {
  await ask(server.address().port, ['/users/7', '/shop/orders/9', '/broken', '/nowhere'])
  server.close()
})
