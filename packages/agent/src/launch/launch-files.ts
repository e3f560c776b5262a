import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync } from 'node:fs'

/** What is looked up on disk to find agents. Nothing throws. */
export interface LaunchFiles {
  isFile(path: string): boolean
  /** Names in a folder, sorted; empty when there is none. */
  list(folder: string): readonly string[]
  /** The last bytes of a file; empty when it cannot be read. */
  tail(path: string, maxBytes: number): Buffer
}

/** The files of this machine. */
export const realFiles: LaunchFiles = {
  isFile(path) {
    try {
      return statSync(path).isFile()
    } catch {
      return false
    }
  },
  list(folder) {
    try {
      return readdirSync(folder).sort()
    } catch {
      return []
    }
  },
  tail(path, maxBytes) {
    let file: number | undefined
    try {
      file = openSync(path, 'r')
      const { size } = fstatSync(file)
      const bytes = Buffer.alloc(Math.min(size, maxBytes))
      readSync(file, bytes, 0, bytes.length, size - bytes.length)
      return bytes
    } catch {
      return Buffer.alloc(0)
    } finally {
      if (file !== undefined) closeSync(file)
    }
  },
}
