import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

/** A folder with a program in it. */
export interface TemporaryProgram {
  readonly folder: string
  /** URL of one of its files. */
  readonly url: (path: string) => string
  readonly remove: () => void
}

/** Writes files (path → text) into a fresh folder. */
export function temporaryProgram(files: Readonly<Record<string, string>>): TemporaryProgram {
  const folder = mkdtempSync(join(tmpdir(), 'clew-program-'))
  for (const [path, text] of Object.entries(files)) {
    const full = join(folder, path)
    mkdirSync(dirname(full), { recursive: true })
    writeFileSync(full, text)
  }
  return {
    folder,
    url: (path) => pathToFileURL(join(folder, path)).href,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
