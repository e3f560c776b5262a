import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './root.mjs'

const stampFile = join(root, '.cache', 'build.json')

/** One text that changes when any of the given files or folders does (path, size and time of change; tests are left out). */
export function sourceStamp(paths) {
  const hash = createHash('sha256')
  const visit = (path) => {
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat === undefined) return
    if (stat.isDirectory()) {
      for (const name of readdirSync(path).sort()) if (name !== 'testdata') visit(join(path, name))
    } else if (!/\.test\.tsx?$/.test(path)) {
      hash.update(`${path.slice(root.length)}\0${stat.size}\0${stat.mtimeMs}\n`)
    }
  }
  for (const path of paths) visit(join(root, path))
  return hash.digest('hex')
}

/** The stamp of the last finished build of a part, undefined when there is none. */
export function readStamp(part) {
  if (!existsSync(stampFile)) return undefined
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'))[part]
  } catch {
    return undefined // a torn file only means: build again
  }
}

/** Remembers that a part has been built from the given sources. */
export function writeStamp(part, stamp) {
  let all = {}
  try {
    all = JSON.parse(readFileSync(stampFile, 'utf8'))
  } catch {
    // the first build
  }
  mkdirSync(dirname(stampFile), { recursive: true })
  writeFileSync(stampFile, JSON.stringify({ ...all, [part]: stamp }, null, 2))
}
