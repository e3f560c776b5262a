const Fastify = require('fastify')

const app = Fastify()
app.register(
  async (shop) => {
    shop.get('/orders/:order', async () => 'ok')
  },
  { prefix: '/shop' },
)
app.get('/users/:id', async (request) => ({ id: request.params.id }))
app.get('/broken', async () => {
  throw new TypeError('broken')
})
app.get('/closed', { onRequest: async (_request, reply) => reply.code(401).send('no') }, async () => 'never')
async function main() {
  const { ask } = await import('./in-request.mjs')
  await app.listen({ port: 0, host: '127.0.0.1' })
  await ask(app.server.address().port, ['/users/7', '/shop/orders/9', '/broken', '/closed', '/nowhere'])
  await app.close()
}
void main()
