import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

const SUFFIX = '.pprof.gz'

/** Where profiles are written to, and how much of them is kept. */
export interface ProfileFilesOptions {
  readonly folder: string
  /** Of all profiles in the folder, whoever has written them; the oldest go first. */
  readonly maxBytes: number
}

/** A folder of compressed pprof files, as `go tool pprof` reads them. */
export class ProfileFiles {
  readonly #options: ProfileFilesOptions

  constructor(options: ProfileFilesOptions) {
    this.#options = options
  }

  /** Writes a profile under a name that must be new; a reader sees all of it or nothing. Throws when it cannot be written. */
  write(name: string, profile: Uint8Array): void {
    const { folder } = this.#options
    const body = gzipSync(profile)
    mkdirSync(folder, { recursive: true })
    const path = join(folder, `${name.replaceAll(/[^\w.@-]+/g, '_')}${SUFFIX}`)
    writeFileSync(`${path}.tmp`, body)
    renameSync(`${path}.tmp`, path)
    this.#makeRoom(path)
  }

  #makeRoom(newest: string): void {
    const { folder, maxBytes } = this.#options
    const files = readdirSync(folder)
      .filter((name) => name.endsWith(SUFFIX))
      .map((name) => fileAt(join(folder, name)))
      .toSorted((a, b) => a.changedMs - b.changedMs)
    let bytes = files.reduce((sum, file) => sum + file.bytes, 0)
    for (const file of files) {
      if (bytes <= maxBytes) return
      if (file.path === newest) continue
      rmSync(file.path, { force: true })
      bytes -= file.bytes
    }
  }
}

function fileAt(path: string): { path: string; bytes: number; changedMs: number } {
  // Another process may have taken it away.
  const stat = statSync(path, { throwIfNoEntry: false })
  return { path, bytes: stat?.size ?? 0, changedMs: stat?.mtimeMs ?? 0 }
}
