import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file system of its own in a mount namespace of its own: small, and gone with its holder. */
export interface SmallDisk {
  /** The folder, as processes started by `command` see it. */
  readonly path: string
  /** A command line that runs `args` where the disk is mounted; the process is that of `args` itself. */
  command(args: readonly string[]): readonly string[]
  /** Takes all the room there is. */
  fill(): void
  /** Gives back what `fill` took. */
  free(): void
  /** Makes a folder on it read-only (`ro`) or writable again (`rw`) for everything that opens files from then on. */
  protect(folder: string, mode: 'ro' | 'rw'): void
  /** Runs a shell line there and gives its output. */
  shell(line: string): string
  close(): void
}

/**
 * Mounts a tmpfs of so many MiB. Needs root or unprivileged user namespaces; without both it fails, because then nothing of
 * this can be shown.
 */
export async function mountSmallDisk(mebibytes: number): Promise<SmallDisk> {
  const path = mkdtempSync(join(tmpdir(), 'clew-disk-'))
  const root = process.getuid?.() === 0
  const namespace = root ? ['--mount'] : ['--user', '--map-root-user', '--mount']
  const mount = `mount -t tmpfs -o size=${mebibytes}m tmpfs ${path} && echo mounted && exec sleep 1000000`
  const holder = spawn('unshare', [...namespace, 'sh', '-c', mount], { stdio: ['ignore', 'pipe', 'pipe'] })
  await mounted(holder)
  const enter = ['nsenter', '--target', String(holder.pid), '--mount']
  if (!root) enter.push('--user', '--preserve-credentials')
  const shell = (line: string): string => {
    const { status, stdout, stderr } = spawnSync('nsenter', [...enter.slice(1), 'sh', '-c', line])
    if (status !== 0) throw new Error(`${line}: ${String(stderr)}`)
    return String(stdout)
  }
  const filler = `/proc/${holder.pid}/root${path}/filler`
  return {
    path,
    command: (args) => [...enter, ...args],
    shell,
    fill: () => fillUp(filler),
    free: () => rmSync(filler, { force: true }),
    // A mount over itself, because one that has files open for writing cannot be made read-only; by way of another place, because
    // between a mount over it and making that read-only files would be opened.
    protect(folder, mode) {
      const aside = `${path}/read-only`
      shell(
        mode === 'ro'
          ? `mkdir -p ${aside} && mount --bind ${folder} ${aside} && mount -o remount,bind,ro ${aside} && mount --bind ${aside} ${folder}`
          : `umount --lazy ${folder} && umount --lazy ${aside}`,
      )
    },
    close() {
      holder.kill('SIGKILL')
      rmSync(path, { recursive: true, force: true })
    },
  }
}

async function mounted(holder: ChildProcess): Promise<void> {
  let said = ''
  holder.stderr?.on('data', (chunk: Buffer) => (said += String(chunk)))
  await new Promise<void>((resolve, reject) => {
    holder.stdout?.once('data', () => resolve())
    holder.once('error', reject)
    holder.once('exit', () =>
      reject(new Error(`a small disk cannot be mounted (needs root or user namespaces): ${said}`)),
    )
  })
}

/** Appends until nothing more fits. */
function fillUp(file: string): void {
  for (const bytes of [1 << 20, 1 << 12, 1]) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(bytes), { flag: 'a' })
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOSPC') throw error
    }
  }
}
