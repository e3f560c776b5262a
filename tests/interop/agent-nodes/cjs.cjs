const express = require('express')
const http = require('node:http')

const app = express()
app.get('/hello/:name', (request, response) => response.send(`hello ${request.params.name}`))
const server = app.listen(0, '127.0.0.1', () => void ask())

async function ask() {
  const url = `http://127.0.0.1:${server.address().port}/hello`
  await (await fetch(`${url}/fetch`)).text()
  await new Promise((resolve) => http.get(`${url}/http`, (response) => response.resume().on('end', resolve)))
  server.close()
  server.closeAllConnections()
}
