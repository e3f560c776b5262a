import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ensureBuilt } from './ensure-built.mjs'
import { ensureInstalled } from './ensure-installed.mjs'
import { ExpectedFailure } from './failure.mjs'
import { root } from './root.mjs'
import { spawnStep } from './spawn-step.mjs'

/** What each verb does once packages are installed and built. Each gives the exit code, or undefined to go on running. */
const VERBS = {
  build: async () => 0,
  up: (args) => runClew('up', args),
  demo: (args) => runClew('demo', args),
  test: (args) => vitest('unit', args),
  'test:cluster': (args) => vitest('cluster', args),
  'test:e2e': (args) => vitest('e2e', args),
  'test:interop': async (args) => {
    const setup = join(root, 'scripts', 'interop-setup.sh')
    if (existsSync(setup)) {
      const { code } = await spawnStep('bash', [setup])
      if (code !== 0)
        throw new ExpectedFailure('clew: what the interop tests need could not be set up; the reason is above')
    }
    return vitest('interop', args)
  },
  'test:chaos': (args) => vitest('chaos', args),
  bench: (args) => node(['bench/run.mjs', ...args]),
  gen: (args) => node(['scripts/gen.mjs', ...args]),
}

/** Runs one verb; unknown ones are a usage error. */
export async function runVerb(verb, args) {
  const run = VERBS[verb]
  if (run === undefined)
    throw new ExpectedFailure(`clew: no such verb '${verb}'; there are: ${Object.keys(VERBS).join(', ')}`)
  await ensureInstalled()
  await ensureBuilt()
  const code = await run(args)
  if (code !== undefined) process.exitCode = code
}

/** Runs the command in this process: signals reach it directly and no second process is held in memory. */
async function runClew(verb, args) {
  const bin = join(root, 'packages', 'cli', 'bin', 'clew.cjs')
  process.argv = [process.execPath, bin, verb, ...args]
  await import(pathToFileURL(bin).href)
  return undefined
}

async function node(args) {
  return (await spawnStep(process.execPath, args)).code
}

function vitest(project, args) {
  return node(['node_modules/vitest/vitest.mjs', 'run', '--project', project, ...args])
}
