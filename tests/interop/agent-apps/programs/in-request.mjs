// Runs what a test wants to see in a request of a node:http server, and ends with the program's exit code.
import { createServer } from 'node:http'

/** Calls `work` in a request to `/work`, once for each of `times`. */
export async function inRequest(work, times = 1) {
  const server = createServer((request, response) => {
    request.resume()
    Promise.resolve()
      .then(() => work(request))
      .then((result) => response.end(JSON.stringify(result ?? null)))
      .catch((error) => {
        console.error(error)
        response.writeHead(500).end()
      })
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${server.address().port}/work`
  for (let i = 0; i < times; i++) {
    const answer = await fetch(url)
    await answer.text()
    if (answer.status !== 200) process.exitCode = 1
  }
  server.close()
  server.closeAllConnections()
}

/** Sends a request to each path of a server that listens on this port, and gives the statuses. */
export async function ask(port, paths) {
  const statuses = []
  for (const path of paths) {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`)
    await answer.text()
    statuses.push(answer.status)
  }
  return statuses
}

/** The variable the test has set. */
export function setting(name) {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is not set`)
  return value
}
