import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Compiles the agent where it is stale: child processes of tests load it as users do, from its built files. */
export function buildAgent(): void {
  const root = fileURLToPath(new URL('../../../..', import.meta.url))
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['node_modules/typescript/bin/tsc', '-b', 'packages/agent'],
    { cwd: root, encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`the agent does not compile:\n${stdout}${stderr}`)
}
