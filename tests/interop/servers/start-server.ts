import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer, connect, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A server that runs for a test. */
export interface TestServer {
  readonly port: number
  close(): Promise<void>
}

/** What a server is started with. */
export interface ServerProcess {
  readonly command: string
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** Run as this user when the tests run as root, which some servers refuse. */
  readonly user?: string
  readonly port: number
  /** Removed at the end. */
  readonly folder: string
}

const READY_WITHIN_MS = 120_000

/** The first of the paths that exists, or the name when it is on PATH; an Error says which package to install. */
export function findCommand(name: string, folders: readonly string[], debianPackage: string): string {
  for (const folder of folders) {
    const versions = folder.includes('*') ? versionsOf(folder) : [folder]
    for (const path of versions.map((found) => join(found, name))) if (existsSync(path)) return path
  }
  if (spawnSync('sh', ['-c', `command -v ${name}`]).status === 0) return name
  throw new Error(`${name} is not installed; on Debian: apt-get install ${debianPackage}`)
}

function versionsOf(pattern: string): string[] {
  const [before = '', after = ''] = pattern.split('*')
  if (!existsSync(before)) return []
  return readdirSync(before).map((version) => join(before, version, after))
}

/** A port of 127.0.0.1 that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** A folder of its own under the system's temporary folder. */
export function serverFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `clew-${name}-`))
}

/** Starts a server and waits until its port takes connections. */
export async function startServer({ command, args, env, user, port, folder }: ServerProcess): Promise<TestServer> {
  let output = ''
  // A group of its own: some are scripts that start the server.
  const child = spawn(command, args, { cwd: folder, env: { ...process.env, ...env }, detached: true, ...idsOf(user) })
  child.stdout.on('data', (text: Buffer) => (output = `${output}${String(text)}`.slice(-4000)))
  child.stderr.on('data', (text: Buffer) => (output = `${output}${String(text)}`.slice(-4000)))
  const close = async (): Promise<void> => {
    await ended(child)
    rmSync(folder, { recursive: true, force: true })
  }
  const giveUpAtMs = Date.now() + READY_WITHIN_MS
  while (!(await takesConnections(port))) {
    if (child.exitCode !== null || Date.now() > giveUpAtMs) {
      await close()
      throw new Error(`${command} did not start:\n${output}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return { port, close }
}

/** The ids of a user, when this process may take them on. */
export function idsOf(user: string | undefined): { uid?: number; gid?: number } {
  if (user === undefined || process.getuid?.() !== 0) return {}
  const id = (flag: string): number => Number(spawnSync('id', [flag, user], { encoding: 'utf8' }).stdout)
  return { uid: id('-u'), gid: id('-g') }
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = new Promise((resolve) => child.once('exit', resolve))
  signalGroup(child, 'SIGTERM')
  const killer = setTimeout(() => signalGroup(child, 'SIGKILL'), 15_000)
  await exit
  clearTimeout(killer)
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, signal)
  } catch {
    // It has ended meanwhile.
  }
}
