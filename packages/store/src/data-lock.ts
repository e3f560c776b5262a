import { createHash } from 'node:crypto'
import { mkdir, realpath, unlink } from 'node:fs/promises'
import { createConnection, createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { ClewError } from '@clew/base/errors'

/**
 * Makes sure that only one process uses a data directory. The lock is a socket, so the system releases it however the
 * process ends: an abstract one on Linux, a socket file elsewhere.
 * @returns a function that releases it
 * @throws ClewError DATA_DIR_IN_USE
 */
export async function lockDataDirectory(directory: string): Promise<() => Promise<void>> {
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const path = await realpath(directory)
  const inUse = new ClewError('DATA_DIR_IN_USE', `another clew process uses the data directory ${path}`, {
    fix: 'stop it, or choose another --data-dir',
  })
  if (process.platform === 'linux') {
    const name = `\0clew-${createHash('sha256').update(path).digest('hex').slice(0, 40)}`
    return releaseOf((await listen(name)) ?? fail(inUse))
  }
  const file = join(path, 'lock.sock')
  const server = await listen(file)
  if (server !== undefined) return releaseOf(server)
  if (await answers(file)) throw inUse
  // Left behind by a process that was killed.
  await unlink(file)
  return releaseOf((await listen(file)) ?? fail(inUse))
}

function fail(error: ClewError): never {
  throw error
}

async function listen(path: string): Promise<Server | undefined> {
  return await new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined)
      else reject(error)
    })
    server.listen(path, () => {
      server.unref()
      resolve(server)
    })
  })
}

async function answers(path: string): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = createConnection(path)
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

function releaseOf(server: Server): () => Promise<void> {
  return () => new Promise((resolve) => server.close(() => resolve()))
}
