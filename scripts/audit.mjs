// Known vulnerabilities of the dependencies. Asks the registry with `npm audit`; a registry that has no answer to that is
// said to have none, and what can be known without one decides: scripts/check-dependencies.mjs.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { auditVerdict } from './dependencies/audit-verdict.mjs'
import { root } from './steps/root.mjs'

const policy = JSON.parse(readFileSync(join(root, 'scripts/dependencies/policy.json'), 'utf8'))
const { stdout } = spawnSync('npm', ['audit', '--json'], { cwd: root, encoding: 'utf8', timeout: 120_000 })
const verdict = auditVerdict(stdout ?? '', policy.advisories, new Date())
for (const line of verdict.lines) console.log(line)
if (verdict.asked) process.exitCode = verdict.failed ? 1 : 0
else {
  const { status } = spawnSync(process.execPath, ['scripts/check-dependencies.mjs'], { cwd: root, stdio: 'inherit' })
  console.log(
    status === 0
      ? 'audit: every dependency is pinned and hashed, none is denied, and every install script is explained'
      : 'audit: see above',
  )
  process.exitCode = status === 0 ? 0 : 1
}
