import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Where bodies wait that the backend did not take; sizes in bytes, of all processes that share the folder together. */
export interface SpoolOptions {
  readonly folder: string
  readonly maxBytes: number
}

/** A body that was taken out. */
export interface Spooled {
  readonly body: Uint8Array
  readonly items: number
}

const NAME = /^(\d{13})-(\d+)-(\d+)-(\w+)-(\d+)\.otlp$/

/**
 * Request bodies on disk, for a backend that is away for longer than memory lasts, or than the program. Files of one
 * signal are sent by whichever process of the folder comes first, oldest first; whoever has renamed a file has it.
 * Nothing here throws: a disk that cannot be written counts as a full one.
 */
export class DiskSpool {
  readonly #options: SpoolOptions
  readonly #signal: string
  #sequence = 0

  constructor(signal: string, options: SpoolOptions) {
    this.#signal = signal
    this.#options = options
  }

  /** Writes a body; false when it does not fit or cannot be written. */
  put(body: Uint8Array, items: number): boolean {
    try {
      const { folder, maxBytes } = this.#options
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      if (this.#usedBytes() + body.byteLength > maxBytes) return false
      const name = `${Date.now()}-${process.pid}-${this.#sequence++}-${this.#signal}-${items}.otlp`
      // Nobody may see half of a file.
      writeFileSync(join(folder, `${name}.part`), body, { mode: 0o600 })
      renameSync(join(folder, `${name}.part`), join(folder, name))
      return true
    } catch {
      return false
    }
  }

  /** The oldest body of this signal, off the disk; undefined when there is none. */
  take(): Spooled | undefined {
    const { folder } = this.#options
    for (const name of this.#names()) {
      const taken = join(folder, `${name}.${process.pid}.taken`)
      try {
        renameSync(join(folder, name), taken)
        const body = readFileSync(taken)
        rmSync(taken)
        return { body, items: Number(NAME.exec(name)?.[5] ?? 0) }
      } catch {
        // Another process was quicker.
      }
    }
    return undefined
  }

  #names(): string[] {
    try {
      return readdirSync(this.#options.folder)
        .filter((name) => NAME.exec(name)?.[4] === this.#signal)
        .toSorted()
    } catch {
      return []
    }
  }

  #usedBytes(): number {
    const { folder } = this.#options
    return readdirSync(folder).reduce((sum, name) => {
      return sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0)
    }, 0)
  }
}
