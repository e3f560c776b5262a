import { open, readdir, rename, rm, type FileHandle } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import type { FileConfig } from './config.ts'

const DAY_MS = 86_400_000
const MEGABYTE = 1024 * 1024

/** A file that is written record by record and put aside when it is big enough. Writes never overlap. */
export class RotatingFile {
  readonly #config: FileConfig
  readonly #now: () => Date
  #handle: FileHandle | undefined
  #bytes = 0
  #last: Promise<void> = Promise.resolve()

  constructor(config: FileConfig, now: () => Date) {
    this.#config = config
    this.#now = now
  }

  async open(): Promise<void> {
    const keep = this.#config.append || this.#config.rotation !== undefined
    this.#handle = await open(this.#config.path, keep ? 'a' : 'w', 0o644)
    this.#bytes = (await this.#handle.stat()).size
  }

  /** Resolves when the record is in the file. */
  write(record: Uint8Array): Promise<void> {
    const mine = this.#last.then(() => this.#write(record))
    // A failure is told to its own writer and does not stop the next.
    this.#last = mine.catch(() => undefined)
    return mine
  }

  /** Waits for records under way. */
  async close(): Promise<void> {
    await this.#last
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close()
  }

  async #write(record: Uint8Array): Promise<void> {
    const { rotation } = this.#config
    if (rotation !== undefined && this.#bytes > 0 && this.#bytes + record.length > rotation.max_megabytes * MEGABYTE) {
      await this.#rotate()
    }
    if (this.#handle === undefined) throw new Error('the file is closed')
    let written = 0
    while (written < record.length) {
      const { bytesWritten } = await this.#handle.write(record, written, record.length - written)
      written += bytesWritten
    }
    this.#bytes += record.length
  }

  async #rotate(): Promise<void> {
    await this.#handle?.close()
    this.#handle = undefined
    await rename(this.#config.path, await this.#backupName())
    await this.open()
    await this.#deleteOld()
  }

  /** `traces-2026-11-20T10-11-12.345.json`; a counter keeps two in one millisecond apart. */
  async #backupName(): Promise<string> {
    const { path, rotation } = this.#config
    const extension = extname(path)
    const stem = basename(path, extension)
    const taken = new Set(await readdir(dirname(path)))
    for (let turn = 0; ; turn++) {
      const name = `${stem}-${stamp(this.#now(), rotation?.localtime === true)}${turn === 0 ? '' : `.${turn}`}${extension}`
      if (!taken.has(name)) return join(dirname(path), name)
    }
  }

  async #deleteOld(): Promise<void> {
    const { path, rotation } = this.#config
    if (rotation === undefined) return
    const extension = extname(path)
    const prefix = `${basename(path, extension)}-`
    const backups = (await readdir(dirname(path)))
      .filter((name) => name.startsWith(prefix) && name.endsWith(extension) && BACKUP_TIME.test(name))
      .sort()
      .reverse()
    const oldest = rotation.max_days === 0 ? undefined : new Date(this.#now().getTime() - rotation.max_days * DAY_MS)
    const cut = oldest === undefined ? '' : prefix + stamp(oldest, rotation.localtime)
    for (const [i, name] of backups.entries()) {
      const tooMany = rotation.max_backups > 0 && i >= rotation.max_backups
      if (tooMany || (cut !== '' && name < cut)) await rm(join(dirname(path), name), { force: true })
    }
  }
}

const BACKUP_TIME = /\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}\.\d{3}/

function stamp(date: Date, local: boolean): string {
  const shifted = local ? new Date(date.getTime() - date.getTimezoneOffset() * 60_000) : date
  return shifted.toISOString().slice(0, -1).replaceAll(':', '-')
}
