import Hapi from '@hapi/hapi'
import { ask } from './in-request.mjs'

const server = Hapi.server({ port: 0, host: '127.0.0.1', debug: false })
server.route({ method: 'GET', path: '/users/{id}', handler: (request) => ({ id: request.params.id }) })
server.route({
  method: 'GET',
  path: '/broken',
  handler: () => {
    throw new TypeError('broken')
  },
})
await server.register({
  name: 'shop',
  register: async (plugin) => {
    plugin.route({ method: 'GET', path: '/shop/orders/{order}', handler: () => 'ok' })
  },
})
await server.start()
await ask(server.info.port, ['/users/7', '/shop/orders/9', '/broken', '/nowhere'])
await server.stop()
