import { readFileSync } from 'node:fs'
import { dirname, relative, sep } from 'node:path'

/** A file that holds a module, and the package it belongs to. Paths of Windows are written with `/` as well. */
export interface ModuleFile {
  /** Absolute path, as the operating system writes it. */
  readonly path: string
  /** Name in the nearest package.json that has one; '' when there is none. */
  readonly packageName: string
  /** Its version; undefined when it says none. */
  readonly packageVersion: string | undefined
  /** Folder of that package.json; the file's own folder when there is none. */
  readonly packageRoot: string
  /** Path of the file inside its package, with `/`. */
  readonly pathInPackage: string
  /** Whether it was installed: some folder above it is called node_modules. */
  readonly installed: boolean
}

interface PackageFacts {
  readonly name: string
  readonly version: string | undefined
  readonly root: string
}

/** Package facts by folder; folders of one program are few thousand, and the cache is emptied before it grows. */
const packages = new Map<string, PackageFacts | undefined>()
const MAX_FOLDERS = 20_000

/** Finds out what package a file belongs to. Reads each package.json once. */
export function moduleFile(path: string): ModuleFile {
  const folder = dirname(path)
  const facts = packageOf(folder) ?? { name: '', version: undefined, root: folder }
  return {
    path,
    packageName: facts.name,
    packageVersion: facts.version,
    packageRoot: facts.root,
    pathInPackage: relative(facts.root, path).split(sep).join('/'),
    installed: path.split(/[\\/]/).includes('node_modules'),
  }
}

/** The folder of the nearest package.json with a name at or above a folder; undefined when there is none. */
export function packageRootAbove(folder: string): string | undefined {
  return packageOf(folder)?.root
}

function packageOf(folder: string): PackageFacts | undefined {
  if (packages.has(folder)) return packages.get(folder)
  const parent = dirname(folder)
  // A folder called node_modules is no part of the package above it.
  const stop = parent === folder || folder.endsWith(`${sep}node_modules`)
  const facts = readFacts(folder) ?? (stop ? undefined : packageOf(parent))
  if (packages.size >= MAX_FOLDERS) packages.clear()
  packages.set(folder, facts)
  return facts
}

function readFacts(folder: string): PackageFacts | undefined {
  try {
    const json = JSON.parse(readFileSync(`${folder}${sep}package.json`, 'utf8')) as {
      name?: unknown
      version?: unknown
    }
    if (typeof json.name !== 'string' || json.name === '') return undefined
    return { name: json.name, version: typeof json.version === 'string' ? json.version : undefined, root: folder }
  } catch {
    return undefined
  }
}
