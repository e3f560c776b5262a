import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findCommand, freePort, idsOf, serverFolder, startServer, type TestServer } from './start-server.ts'

/** RabbitMQ of one node, user `guest`. */
export async function startRabbit(): Promise<TestServer> {
  const command = findCommand('rabbitmq-server', ['/usr/lib/rabbitmq/lib/*/sbin'], 'rabbitmq-server')
  const folder = serverFolder('rabbitmq')
  const ids = idsOf('rabbitmq')
  if (ids.uid !== undefined && ids.gid !== undefined) chownSync(folder, ids.uid, ids.gid)
  chmodSync(folder, 0o755)
  const [port, distribution, epmd] = [await freePort(), await freePort(), await freePort()]
  const config = join(folder, 'rabbitmq.conf')
  writeFileSync(config, `listeners.tcp.1 = 127.0.0.1:${port}\ndisk_free_limit.absolute = 50MB\n`)
  const enabled = join(folder, 'enabled_plugins')
  writeFileSync(enabled, '[].\n')
  const env = {
    HOME: folder,
    RABBITMQ_NODENAME: `clew${port}@localhost`,
    RABBITMQ_CONFIG_FILE: config.replace(/\.conf$/, ''),
    RABBITMQ_ENABLED_PLUGINS_FILE: enabled,
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_PID_FILE: join(folder, 'pid'),
    RABBITMQ_DIST_PORT: String(distribution),
    ERL_EPMD_PORT: String(epmd),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1',
  }
  const server = await startServer({ command, args: [], env, user: 'rabbitmq', port, folder })
  return {
    port: server.port,
    close: async () => {
      await server.close()
      // The port mapper stays when the node ends.
      spawnSync('epmd', ['-port', String(epmd), '-kill'])
    },
  }
}
