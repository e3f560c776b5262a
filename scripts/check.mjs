// `npm run check`: everything that can be known without running the product. All steps run even when one fails.
import { ensureBuilt } from './steps/ensure-built.mjs'
import { ensureInstalled } from './steps/ensure-installed.mjs'
import { spawnStep } from './steps/spawn-step.mjs'

const bin = (path, ...args) => [process.execPath, [`node_modules/${path}`, ...args]]
const own = (path, ...args) => [process.execPath, [`scripts/${path}`, ...args]]

const STEPS = [
  ['types', ...bin('typescript/bin/tsc', '-b')],
  ['types of tests', ...bin('typescript/bin/tsc', '-p', 'tsconfig.tests.json')],
  ['lint', ...bin('oxlint/bin/oxlint', '--type-aware', '--quiet')],
  ['format', ...bin('oxfmt/bin/oxfmt', '--check', '.')],
  ['dead code', ...bin('knip/bin/knip.js', '--no-progress')],
  ['layers', ...own('check-layers.mjs')],
  ['hygiene', ...own('check-hygiene.mjs')],
  ['dependencies', ...own('check-dependencies.mjs')],
  ['reference docs', ...own('gen.mjs', '--check')],
]

/** Prints each step with its time; the output of a step is shown only when it fails. Returns how many failed. */
async function runSteps(only) {
  let failed = 0
  for (const [name, command, args] of STEPS) {
    if (only.length > 0 && !only.includes(name)) continue
    const startedMs = Date.now()
    const { code, output } = await spawnStep(command, args, { quiet: true, input: 'ignore' })
    const seconds = ((Date.now() - startedMs) / 1000).toFixed(1)
    console.log(`${code === 0 ? 'ok  ' : 'FAIL'}  ${name.padEnd(16)} ${seconds.padStart(6)} s`)
    if (code !== 0) {
      failed += 1
      console.log(`${output.trimEnd().replace(/^/gm, '      ')}\n`)
    }
  }
  return failed
}

/** The generated pages come from the built sources. A build that fails must not hide what the other steps would say. */
async function buildStep() {
  try {
    await ensureBuilt()
    return 0
  } catch (error) {
    if (error.expected !== true) throw error
    console.log(`FAIL  build\n${error.message.replace(/^/gm, '      ')}\n`)
    return 1
  }
}

try {
  await ensureInstalled()
  const failed = (await buildStep()) + (await runSteps(process.argv.slice(2)))
  console.log(failed === 0 ? 'check: all steps passed' : `check: ${failed} steps failed`)
  process.exitCode = failed === 0 ? 0 : 1
} catch (error) {
  console.error(error.expected === true ? error.message : error)
  process.exitCode = 1
}
