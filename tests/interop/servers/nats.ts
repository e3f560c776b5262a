import { join } from 'node:path'
import { findCommand, freePort, serverFolder, startServer, type TestServer } from './start-server.ts'

/** NATS with JetStream. */
export async function startNats(): Promise<TestServer> {
  const command = findCommand('nats-server', ['/usr/bin', '/usr/sbin'], 'nats-server')
  const port = await freePort()
  const folder = serverFolder('nats')
  const args = ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', join(folder, 'streams')]
  return startServer({ command, args, port, folder })
}
