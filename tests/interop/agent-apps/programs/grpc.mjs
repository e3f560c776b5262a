import { createServer } from 'node:http'
import grpc from '@grpc/grpc-js'
import { inRequest } from './in-request.mjs'

const text = {
  requestSerialize: Buffer.from,
  requestDeserialize: String,
  responseSerialize: Buffer.from,
  responseDeserialize: String,
}
const service = {
  Greet: { path: '/shop.Greeter/Greet', requestStream: false, responseStream: false, ...text },
  Fail: { path: '/shop.Greeter/Fail', requestStream: false, responseStream: false, ...text },
}
const peer = createServer((_request, response) => response.end('ok'))
await new Promise((resolve) => peer.listen(0, '127.0.0.1', resolve))
const server = new grpc.Server()
server.addService(service, {
  Greet: ({ request }, done) => {
    fetch(`http://127.0.0.1:${peer.address().port}/inner`)
      .then((answer) => answer.text())
      .then(() => done(null, `hello ${request}`))
  },
  Fail: (_call, done) => done({ code: grpc.status.INTERNAL, message: 'broken' }),
})
const port = await new Promise((resolve, reject) => {
  server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
    error ? reject(error) : resolve(bound),
  )
})
const Client = grpc.makeGenericClientConstructor(service, 'Greeter')
const client = new Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure())
const ask = (method) =>
  new Promise((resolve) => client[method]('Ada', (error, answer) => resolve(error ? `error ${error.code}` : answer)))
await inRequest(async () => {
  console.log(await ask('Greet'))
  console.log(await ask('Fail'))
})
client.close()
await new Promise((resolve) => server.tryShutdown(resolve))
peer.close()
peer.closeAllConnections()
