// A queue of callbacks that somebody else's timer works off: every call from it begins a trace of its own.
import { createServer } from 'node:http'
import { inRequest } from './in-request.mjs'

const peer = createServer((_request, response) => response.end('ok'))
await new Promise((resolve) => peer.listen(0, '127.0.0.1', resolve))
const url = `http://127.0.0.1:${peer.address().port}/lost`
const queue = []
const timer = setInterval(() => queue.shift()?.(), 1)
await inRequest(async () => {
  await new Promise((resolve) => queue.push(() => resolve(lose())))
  await keep()
}, 5)
clearInterval(timer)
peer.close()
peer.closeAllConnections()

function lose() {
  return fetch(url).then((answer) => answer.text())
}

function keep() {
  return fetch(url).then((answer) => answer.text())
}
