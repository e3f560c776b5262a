// A program with a worker thread that makes a request of its own.
import { createServer } from 'node:http'
import { isMainThread, Worker, workerData } from 'node:worker_threads'
import { fileURLToPath } from 'node:url'

if (isMainThread) {
  const server = createServer((_request, response) => response.end('hello'))
  server.listen(0, '127.0.0.1', () => {
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: server.address().port })
    worker.on('exit', () => {
      server.close()
      server.closeAllConnections()
    })
  })
} else {
  await (await fetch(`http://127.0.0.1:${workerData}/from-worker`)).text()
}
