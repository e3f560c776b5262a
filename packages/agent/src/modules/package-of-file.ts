import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

/** Where a file belongs. */
export interface PackageFile {
  readonly name: string
  /** Folder of the package. */
  readonly folder: string
  /** Path in it, with forward slashes. */
  readonly file: string
}

/** The package in a node_modules folder that a file belongs to; undefined for files of the program itself. */
export function packageOfFile(path: string): PackageFile | undefined {
  const marker = path.lastIndexOf('node_modules')
  const separator = path[marker + 12]
  if (marker < 1 || (separator !== '/' && separator !== '\\')) return undefined
  const start = marker + 13
  let end = path.indexOf(separator, start)
  if (path[start] === '@' && end > 0) end = path.indexOf(separator, end + 1)
  if (end < 0) return undefined
  const name = path.slice(start, end)
  const file = path.slice(end + 1)
  const windows = separator === '\\'
  return {
    name: windows ? name.replaceAll('\\', '/') : name,
    folder: path.slice(0, end),
    file: windows ? file.replaceAll('\\', '/') : file,
  }
}

const versions = new Map<string, string>()
const mains = new Map<string, string>()

/** The version in the package.json of a folder; `0.0.0` when there is none to be read. */
export function packageVersion(folder: string): string {
  let version = versions.get(folder)
  if (version === undefined) {
    version = '0.0.0'
    try {
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version?: unknown }
      if (typeof manifest.version === 'string') version = manifest.version
    } catch {
      // A package without a readable manifest is still a package.
    }
    versions.set(folder, version)
  }
  return version
}

/** The file that `require` gives for the name of the package this file is in; empty when it gives none. */
export function mainOfPackage({ name, folder }: PackageFile): string {
  let main = mains.get(folder)
  if (main === undefined) {
    main = ''
    try {
      main = createRequire(join(folder, 'package.json')).resolve(name)
    } catch {
      // ES modules only, or nothing but subpaths.
    }
    mains.set(folder, main)
  }
  return main
}
