import { cp, mkdir, readdir, readFile, realpath, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import { inlineMapComment, inputSourceMap, sourceMapUrl } from '@clew/agent/rewrite/source-map'
import { ClewError } from '@clew/base/errors'
import { RUNTIME_PATH, type BuildRules } from './build-rules.ts'

/** Folder beside the program in which the runtime is put. */
const RUNTIME_FOLDER = '_clew'

/** What was done to emitted files. */
export interface EmittedReport {
  readonly files: number
  readonly changed: number
}

/**
 * Puts rules into JavaScript that a build has written, in place, with its maps. Lines and paths of rules are those of the
 * sources where maps lead to them. Running it again changes nothing. The runtime and hooks are copied to `_clew` in the first
 * folder: the result needs no package of Clew.
 * @throws ClewError BUILD_NOT_FOUND for a path that is not there.
 */
export async function instrumentEmitted(paths: readonly string[], rules: BuildRules): Promise<EmittedReport> {
  const files: string[] = []
  for (const path of paths) files.push(...(await codeFiles(path)))
  const first = paths[0] ?? '.'
  const home = join(
    (await stat(first)).isDirectory() ? await realpath(first) : dirname(await realpath(first)),
    RUNTIME_FOLDER,
  )
  const copies = new Map<string, string>()
  let changed = 0
  for (const path of files) {
    const source = await readFile(path, 'utf8')
    const specifier = (target: string): string => relativeSpecifier(path, copyFor(target, home, copies))
    const result = rules.apply({ source, path, inputMap: inputSourceMap(source, path), specifier })
    if (result === undefined) continue
    changed++
    await writeWithMap(path, source, result.code, JSON.stringify({ ...result.map, file: basename(path) }))
  }
  if (changed > 0) await writeHome(home, copies)
  return { files: files.length, changed }
}

async function codeFiles(path: string): Promise<string[]> {
  let found
  try {
    found = await stat(path)
  } catch (cause) {
    throw new ClewError('BUILD_NOT_FOUND', `there is no ${path}`, { fix: 'name the folder the build writes to', cause })
  }
  const real = await realpath(path)
  if (found.isFile()) return [real]
  const files: string[] = []
  for (const entry of await readdir(real, { withFileTypes: true, recursive: true })) {
    const folder = entry.parentPath ?? (entry as { path?: string }).path ?? real
    const parts = relative(real, folder).split(sep)
    if (parts.includes('node_modules') || parts.includes(RUNTIME_FOLDER)) continue
    if (entry.isFile() && /\.[cm]?js$/.test(entry.name)) files.push(join(folder, entry.name))
  }
  return files.toSorted()
}

/** The runtime is a folder of small modules; a module of hooks is copied by itself. */
function copyFor(target: string, home: string, copies: Map<string, string>): string {
  if (target === RUNTIME_PATH) return join(home, 'runtime', basename(RUNTIME_PATH))
  let copy = copies.get(target)
  if (copy === undefined) {
    copy = join(home, 'hooks', `${copies.size}-${basename(target)}`)
    copies.set(target, copy)
  }
  return copy
}

function relativeSpecifier(from: string, to: string): string {
  const path = relative(dirname(from), to).split(sep).join('/')
  return path.startsWith('.') ? path : `./${path}`
}

async function writeHome(home: string, copies: ReadonlyMap<string, string>): Promise<void> {
  await mkdir(home, { recursive: true })
  const only = (path: string): boolean => !/\.(d\.ts|map)$/.test(path)
  await cp(dirname(RUNTIME_PATH), join(home, 'runtime'), { recursive: true, filter: only })
  for (const [from, to] of copies) await cp(from, to)
  await writeFile(join(home, 'package.json'), '{ "type": "module" }\n')
}

/** A map in a file of its own stays one; an inline one, or none, becomes inline. */
async function writeWithMap(path: string, source: string, code: string, map: string): Promise<void> {
  const url = sourceMapUrl(source)
  if (url === undefined || url.startsWith('data:')) {
    const own = code.replace(/\n?\/\/# sourceMappingURL=data:\S*\s*$/, '')
    await writeFile(path, `${own}\n${inlineMapComment(JSON.parse(map))}\n`)
    return
  }
  await writeFile(join(dirname(path), decodeURIComponent(url)), map)
  await writeFile(path, code)
}
