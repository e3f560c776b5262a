// What can be known of the dependencies without asking anybody; `scripts/audit.mjs` asks the registry, too.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lockProblems } from './dependencies/lock-problems.mjs'
import { root } from './steps/root.mjs'

const readJson = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'))
const manifests = execFileSync('git', ['ls-files', 'package.json', '*/package.json'], { cwd: root })
  .toString()
  .split('\n')
  .filter((path) => path !== '')

const problems = lockProblems(
  readJson('package-lock.json'),
  new Map(manifests.map((path) => [path, readJson(path)])),
  readJson('scripts/dependencies/policy.json'),
)
for (const problem of problems) console.error(problem)
process.exitCode = problems.length === 0 ? 0 : 1
