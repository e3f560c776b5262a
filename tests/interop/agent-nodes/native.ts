// TypeScript as Node runs it: types are erased, nothing is compiled.
import { get, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

interface App {
  get(
    path: string,
    handler: (request: { params: { name: string } }, response: { send(text: string): void }) => void,
  ): void
  listen(port: number, host: string, ready: () => void): Server
}

const name: string = 'express'
const { default: express } = (await import(name)) as { default: () => App }

const app: App = express()
app.get('/hello/:name', (request, response) => response.send(`hello ${request.params.name}`))
const server: Server = app.listen(0, '127.0.0.1', () => void ask())

async function ask(): Promise<void> {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hello`
  await (await fetch(`${url}/fetch`)).text()
  await new Promise((resolve) => get(`${url}/http`, (response) => response.resume().on('end', resolve)))
  server.close()
  server.closeAllConnections()
}
