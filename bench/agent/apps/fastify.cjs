// A route with a parameter, a database call and an outgoing call.
const fastify = require('fastify')
const reportUsage = require('./report-usage.cjs')
const work = require('./work.cjs')

const app = fastify()
app.get('/orders/:id', (request) => work(request.params.id))
app.listen({ port: 0, host: '127.0.0.1' }).then(() => reportUsage(app.server))
