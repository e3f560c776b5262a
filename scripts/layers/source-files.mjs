import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../steps/root.mjs'

const SKIPPED = new Set(['node_modules', 'dist', 'dist-types', 'coverage', '.cache', 'testdata'])

/** Every TypeScript file of the workspace, as paths from the root with forward slashes. */
export function* sourceFiles() {
  for (const top of ['packages', 'tests', 'e2e', 'bench']) yield* walk(top)
}

function* walk(path) {
  if (statSync(join(root, path), { throwIfNoEntry: false }) === undefined) return
  for (const entry of readdirSync(join(root, path), { withFileTypes: true })) {
    if (SKIPPED.has(entry.name)) continue
    const child = `${path}/${entry.name}`
    if (entry.isDirectory()) yield* walk(child)
    else if (/\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts')) yield child
  }
}
