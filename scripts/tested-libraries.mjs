// What the agent is tested with: tests/interop/agent/coverage.json, with the versions that the tests install.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './steps/root.mjs'

const read = (path) => readFileSync(join(root, path), 'utf8')

/** Rows of coverage.json; `versions` are those of its packages. */
export function testedLibraries() {
  const apps = JSON.parse(read('tests/interop/agent-apps/package.json')).dependencies
  const older = JSON.parse(read('tests/interop/agent-apps/older/package.json')).dependencies
  const setup = read('scripts/interop-setup.sh')
  const versionOf = (name) => {
    const [folder, rest] = name.split('/')
    if (folder === 'older') return older[rest]
    if (folder === 'bundlers') return new RegExp(`${rest}@([\\d.]+)`).exec(setup)?.[1]
    return apps[name]
  }
  return JSON.parse(read('tests/interop/agent/coverage.json')).map((row) => {
    const versions = row.packages.map((name) => {
      const version = versionOf(name)
      if (version === undefined) throw new Error(`coverage.json: ${name} is not installed for the tests`)
      return `${name.replace(/^(older|bundlers)\//, '')} ${version}`
    })
    return { ...row, versions, older: row.packages.some((name) => name.startsWith('older/')) }
  })
}
