// The programs under test, their libraries and the other agents, in .cache/bench-agent: none of them belongs to the
// workspace. Installed once for each set of versions.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))

/** Installs what is missing; returns what resolves names there, and the folder of the programs. */
export function installPeers() {
  const folder = join(here, '..', '..', '.cache', 'bench-agent')
  const wanted = readFileSync(join(here, 'peers', 'package.json'), 'utf8')
  const manifest = join(folder, 'package.json')
  mkdirSync(folder, { recursive: true })
  if (!existsSync(manifest) || readFileSync(manifest, 'utf8') !== wanted || !existsSync(join(folder, 'node_modules'))) {
    cpSync(join(here, 'peers', 'package.json'), manifest)
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
    const quiet = ['--silent', '--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', '--force']
    execFileSync(npm, ['install', '--prefix', folder, ...quiet], { stdio: 'inherit' })
  }
  cpSync(join(here, 'apps'), join(folder, 'apps'), { recursive: true })
  return { require: createRequire(manifest), apps: join(folder, 'apps') }
}
