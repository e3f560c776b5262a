// Writes the generated pages, docs/reference and docs/agent/libraries.md; with --check, fails when one of them is out of date instead.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './steps/root.mjs'
import { testedLibraries } from './tested-libraries.mjs'

const { referencePages } = await import('../packages/cli/dist/docs/reference-pages.js')
const { librariesPage } = await import('../packages/cli/dist/docs/libraries-page.js')
const folder = join(root, 'docs', 'reference')
const checkOnly = process.argv.includes('--check')
const pages = referencePages()
mkdirSync(folder, { recursive: true })

const stale = []
for (const [name, text] of pages) {
  const path = join(folder, name)
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue
  stale.push(name)
  if (!checkOnly) writeFileSync(path, text)
}
const libraries = join(root, 'docs', 'agent', 'libraries.md')
const librariesText = librariesPage(testedLibraries())
if (!existsSync(libraries) || readFileSync(libraries, 'utf8') !== librariesText) {
  stale.push('../agent/libraries.md')
  if (!checkOnly) writeFileSync(libraries, librariesText)
}
for (const name of readdirSync(folder)) {
  if (pages.has(name)) continue
  stale.push(`${name} (no longer generated)`)
  if (!checkOnly) rmSync(join(folder, name))
}
if (checkOnly && stale.length > 0) {
  console.error(`out of date in docs/reference: ${stale.join(', ')}; run \`npm run gen\` and commit the result`)
  process.exitCode = 1
} else if (!checkOnly) {
  console.log(stale.length === 0 ? 'docs/reference is up to date' : `docs/reference: wrote ${stale.join(', ')}`)
}
