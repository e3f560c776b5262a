import express, { Router } from 'express'
import { get } from 'node:http'

const app = express()
const router = Router()
router.get('/:name', (request, response) => response.send(`hello ${request.params.name}`))
app.use('/hello', router)
const server = app.listen(0, '127.0.0.1', () => void ask())

async function ask() {
  const url = `http://127.0.0.1:${server.address().port}/hello`
  await (await fetch(`${url}/fetch`)).text()
  await new Promise((resolve) => get(`${url}/http`, (response) => response.resume().on('end', resolve)))
  server.close()
  server.closeAllConnections()
}
