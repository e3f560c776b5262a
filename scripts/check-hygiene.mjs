// Nothing of the machine it was written on may be in the repository: no absolute paths, no registry hosts, no secrets.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './steps/root.mjs'

// Written in pieces, so that this file does not find itself.
const FORBIDDEN = [
  [new RegExp(`(?:^|[\\s"'(=\`:])/${'work'}/`), 'a path of one machine'],
  [new RegExp(`/${'tmp'}/(?:brief|bash_jobs|gc\\b)`), 'a path of one machine'],
  [new RegExp(`/(?:${'home'}|${'Users'})/[a-z][\\w.-]*/(?!app\\b)`), 'a path of one machine'],
  [new RegExp(`"${'resolved'}": "https?://`), 'the address of a package registry'],
  [new RegExp(`-----BEGIN (?:RSA |EC )?${'PRIVATE'} KEY-----\\n[A-Za-z0-9+/=\\n]{200}`), 'a private key'],
  [new RegExp(`\\bAKIA${'[0-9A-Z]{16}'}\\b`), 'an access key'],
]

const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root })
  .toString()
  .split('\0')
  .filter((file) => file !== '' && !/\.(png|ico|woff2?|bin|gz|zst)$/.test(file))

let problems = 0
for (const file of files) {
  let text
  try {
    text = readFileSync(join(root, file), 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT') continue // deleted but not committed yet
    throw error
  }
  text.split('\n').forEach((line, index) => {
    for (const [pattern, what] of FORBIDDEN) {
      if (!pattern.test(line)) continue
      problems += 1
      console.error(`${file}:${index + 1}: ${what}: ${line.trim().slice(0, 120)}`)
    }
  })
}
process.exitCode = problems === 0 ? 0 : 1
