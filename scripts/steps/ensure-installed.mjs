import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ExpectedFailure } from './failure.mjs'
import { startProgress } from './progress.mjs'
import { root } from './root.mjs'
import { spawnStep } from './spawn-step.mjs'

/**
 * Brings node_modules in line with package-lock.json. A fresh clone gets `npm ci`; a tree that lags behind a changed
 * lock file gets `npm install`, which only fetches the difference.
 */
export async function ensureInstalled() {
  const state = installState()
  if (state === 'fresh') return
  const first = state === 'missing'
  const end = startProgress(first ? 'installing packages (first time)' : 'updating packages', installedCount)
  let result = await npm(first ? 'ci' : 'install')
  // `npm ci` is strict about platforms whose packages a private registry may not have; `npm install` passes over those.
  if (first && result.code !== 0 && /EUSAGE/.test(result.output)) result = await npm('install')
  end(result.code === 0 ? 'done' : 'failed')
  if (result.code === 0) return
  throw new ExpectedFailure(`${result.output.trim()}\nclew: npm could not install the packages; the reason is above`)
}

function npm(verb) {
  const { command, args } = npmCommand()
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--progress=false']
  return spawnStep(command, [...args, verb, ...quiet], { quiet: true, input: 'ignore' })
}

/** `fresh` when every package the lock file asks for on this platform is there in that version. */
export function installState() {
  const wanted = readPackages('package-lock.json')
  const present = readPackages('node_modules/.package-lock.json')
  if (present === undefined) return 'missing'
  for (const [path, entry] of Object.entries(wanted ?? {})) {
    if (path === '' || entry.link === true || !path.includes('node_modules/')) continue
    const have = present[path]
    if (have === undefined && (entry.optional === true || entry.peer === true)) continue
    if (have?.version !== entry.version) return 'stale'
  }
  return 'fresh'
}

function readPackages(name) {
  const path = join(root, name)
  if (!existsSync(path)) return undefined
  return JSON.parse(readFileSync(path, 'utf8')).packages
}

function installedCount() {
  const path = join(root, 'node_modules')
  const count = existsSync(path) ? readdirSync(path).length : 0
  return count === 0 ? '' : `${count} packages`
}

/** The npm that started us, so that its own settings apply; else the one on the path. */
function npmCommand() {
  const own = process.env['npm_execpath']
  if (own !== undefined && /npm-cli\.c?js$/.test(own)) return { command: process.execPath, args: [own] }
  return { command: 'npm', args: [] }
}
