import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../..', import.meta.url))

/** Compiles and bundles the agent where it is stale: child processes of tests load it as users do, from its built files. */
export function buildAgent(): void {
  run('node_modules/typescript/bin/tsc', '-b', 'packages/agent')
  const [compiled, bundled] = ['.tsbuildinfo', 'agent.cjs'].map((file) => changedMs(file))
  if (bundled === undefined || compiled === undefined || compiled >= bundled) run('scripts/bundle-agent.mjs')
}

function changedMs(file: string): number | undefined {
  return statSync(`${root}/packages/agent/dist/${file}`, { throwIfNoEntry: false })?.mtimeMs
}

function run(...args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Error(`the agent does not build:\n${stdout}${stderr}`)
}
