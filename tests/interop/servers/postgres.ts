import { spawnSync } from 'node:child_process'
import { chownSync } from 'node:fs'
import { join } from 'node:path'
import { findCommand, freePort, idsOf, serverFolder, startServer, type TestServer } from './start-server.ts'

const FOLDERS = ['/usr/lib/postgresql/*/bin']

/** PostgreSQL with an empty database `postgres`, user `clew`, no password. */
export async function startPostgres(): Promise<TestServer> {
  const postgres = findCommand('postgres', FOLDERS, 'postgresql')
  const initdb = findCommand('initdb', FOLDERS, 'postgresql')
  const folder = serverFolder('postgres')
  const ids = idsOf('postgres')
  if (ids.uid !== undefined && ids.gid !== undefined) chownSync(folder, ids.uid, ids.gid)
  const data = join(folder, 'data')
  const made = spawnSync(initdb, ['-D', data, '-U', 'clew', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C'], {
    cwd: folder,
    encoding: 'utf8',
    ...ids,
  })
  if (made.status !== 0) throw new Error(`initdb failed:\n${made.stdout}${made.stderr}`)
  const port = await freePort()
  const args = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, '-F']
  return startServer({ command: postgres, args, user: 'postgres', port, folder })
}
