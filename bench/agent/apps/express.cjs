// A route with a parameter, a database call and an outgoing call.
const express = require('express')
const { createServer } = require('node:http')
const reportUsage = require('./report-usage.cjs')
const work = require('./work.cjs')

const app = express()
app.get('/orders/:id', async (request, response) => response.json(await work(request.params.id)))
const server = createServer(app)
server.listen(0, '127.0.0.1', () => reportUsage(server))
