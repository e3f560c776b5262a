import { findCommand, freePort, serverFolder, startServer, type TestServer } from './start-server.ts'

/** Redis that writes nothing to disk. */
export async function startRedis(): Promise<TestServer> {
  const command = findCommand('redis-server', ['/usr/bin'], 'redis-server')
  const port = await freePort()
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no']
  return startServer({ command, args, port, folder: serverFolder('redis') })
}
