// Who may import whom, who may touch what, and counts that may only fall. TypeScript project references do not fence
// imports; this does. `--update` writes lower ratchet counts (a local run does it by itself, CI never).
import { readFileSync, writeFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { root } from './steps/root.mjs'
import { sourceFiles } from './layers/source-files.mjs'
import { IMPORT_OWNERS, ISOMORPHIC, PACKAGE_IMPORTS, RATCHETS, TEXT_OWNERS } from './layers/rules.mjs'

const IMPORT = /(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s+)(['"])([^'"\n]+)\1/g
const problems = []
const counts = Object.fromEntries(RATCHETS.map(({ name }) => [name, 0]))
const offenders = Object.fromEntries(RATCHETS.map(({ name }) => [name, []]))

for (const file of sourceFiles()) checkFile(file, readFileSync(join(root, file), 'utf8'))
checkRatchets()

if (problems.length > 0) {
  console.error(problems.join('\n'))
  console.error(`\n${problems.length} problems; the rules are in scripts/layers/rules.mjs`)
  process.exitCode = 1
}

function checkFile(file, text) {
  const name = /^packages\/([^/]+)\/src\//.exec(file)?.[1]
  const isTest = /\.test\.tsx?$/.test(file) || /\/testdata\//.test(file)
  const code = withoutComments(text)
  if (name !== undefined) {
    for (const [, , specifier] of code.matchAll(IMPORT)) checkImport(file, name, isTest, specifier)
    if (!isTest) checkText(file, code)
    checkFileName(file)
  }
  for (const ratchet of RATCHETS) {
    if (file.endsWith('.generated.ts')) continue
    const count = ratchet.perFile(text, isTest)
    counts[ratchet.name] += count
    if (count > 0) offenders[ratchet.name].push(`${file} (${count})`)
  }
}

function checkImport(file, name, isTest, specifier) {
  const say = (text) => problems.push(`${file}: imports '${specifier}': ${text}`)
  const target = /^@clew\/([^/]+)/.exec(specifier)?.[1]
  if (target !== undefined) {
    const allowed = PACKAGE_IMPORTS[name] ?? []
    const fromTest = isTest && (target === 'testkit' || name === 'testkit')
    if (target !== name && !allowed.includes(target) && !fromTest)
      say(`${name} may import ${allowed.length === 0 ? 'nothing of ours' : allowed.join(', ')}`)
    return
  }
  if (specifier.startsWith('.')) {
    const resolved = posix.join(posix.dirname(file), specifier)
    if (!resolved.startsWith(`packages/${name}/`)) say('reach other packages by their name')
    if (!/\.(tsx?|css|json|svg)(\?\w+)?$/.test(specifier)) say('a relative import ends in .ts')
    checkFeature(file, resolved, say)
    return
  }
  if (!isTest && specifier.startsWith('node:') && ISOMORPHIC.includes(name)) say(`${name} must run in a browser too`)
  for (const owner of IMPORT_OWNERS) {
    if (!isTest && owner.pattern.test(specifier) && !owner.only.some((prefix) => file.startsWith(prefix)))
      say(owner.why)
  }
}

/** Features of the web UI know the shell, never each other. */
function checkFeature(file, resolved, say) {
  const feature = (path) => /^packages\/web\/src\/features\/([^/]+)\//.exec(path)?.[1]
  const [from, to] = [feature(file), feature(resolved)]
  if (to === undefined || from === to) return
  if (from !== undefined) say(`feature ${from} must not import feature ${to}; share through src/model or src/ui`)
  else if (!file.startsWith('packages/web/src/app/')) say('only the app shell imports features')
}

function checkText(file, code) {
  for (const owner of TEXT_OWNERS) {
    if (owner.only.some((prefix) => file.startsWith(prefix))) continue
    const match = owner.pattern.exec(code)
    if (match !== null)
      problems.push(`${file}:${code.slice(0, match.index).split('\n').length}: ${owner.name}: ${owner.why}`)
  }
}

function checkFileName(file) {
  const base = posix.basename(file)
  if (/^(index|utils?|helpers?)\.tsx?$/.test(base)) problems.push(`${file}: name a file after the one thing in it`)
  if (!/^[a-z0-9]+(?:[-.][a-z0-9]+)*\.(?:tsx?|css)$/.test(base)) problems.push(`${file}: file names are kebab-case`)
}

/** Blanks comments but keeps line numbers. Good enough for text rules: a rule word in a string still counts. */
function withoutComments(text) {
  return text.replace(/\/\*[\s\S]*?\*\/|(?<![:'"`\w/])\/\/[^\n]*/g, (comment) => comment.replace(/[^\n]/g, ' '))
}

function checkRatchets() {
  const path = join(root, 'scripts', 'ratchet.json')
  const committed = JSON.parse(readFileSync(path, 'utf8'))
  let lower = false
  for (const { name } of RATCHETS) {
    const limit = committed[name] ?? 0
    if (counts[name] > limit)
      problems.push(
        `${name}: ${counts[name]}, and no more than ${limit} are allowed:\n  ${offenders[name].join('\n  ')}`,
      )
    if (counts[name] < limit) lower = true
  }
  if (!lower || problems.length > 0 || process.env['CI'] !== undefined) return
  writeFileSync(path, `${JSON.stringify(counts, null, 2)}\n`)
  console.log('scripts/ratchet.json: counts have fallen; commit the new ones')
}
