import express from 'express'
import type { Request, Response } from 'express'
import { get } from 'node:http'
import type { AddressInfo } from 'node:net'

const app = express()
app.get('/hello/:name', (request: Request<{ name: string }>, response: Response) => {
  response.send(`hello ${request.params.name}`)
})
const server = app.listen(0, '127.0.0.1', async (): Promise<void> => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hello`
  await (await fetch(`${url}/fetch`)).text()
  await new Promise((resolve) => get(`${url}/http`, (response) => response.resume().on('end', resolve)))
  server.close()
  server.closeAllConnections()
})
