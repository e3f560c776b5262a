import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { auditVerdict } from '../scripts/dependencies/audit-verdict.mjs'
import { lockProblems } from '../scripts/dependencies/lock-problems.mjs'

const policy = {
  installScripts: {} as Record<string, string>,
  licenses: ['MIT', 'ISC'],
  denied: { 'bad@1.0.0': 'steals' },
}
const good = { version: '1.2.3', integrity: 'sha512-abc', license: 'MIT' }
const problemsOf = (entry: object, name = 'x', rules: object = policy): string[] =>
  lockProblems({ packages: { '': {}, [`node_modules/${name}`]: entry } }, new Map(), rules)

describe('what a lock may hold', () => {
  test('exact versions with a hash, from whatever registry is set', () => {
    expect(problemsOf(good)).toEqual([])
    expect(problemsOf({ ...good, version: '1.0.0-rc.1' })).toEqual([])
    expect(problemsOf({ link: true, resolved: 'packages/x' })).toEqual([])
    expect(problemsOf({ version: '1.2.3', optional: true, os: ['darwin'] })).toEqual([])
    expect(problemsOf({ ...good, license: '(GPL-3.0 OR MIT)' })).toEqual([])
  })

  test.each([
    [{ ...good, version: 'github:a/b' }, 'no exact version'],
    [{ ...good, resolved: 'git+ssh://git@h/x.git' }, 'comes from git'],
    [{ version: '1.2.3' }, 'no sha512 hash'],
    [{ ...good, integrity: 'sha1-abc' }, 'no sha512 hash'],
    [{ version: '1.2.3', optional: true }, 'no sha512 hash'],
    [{ ...good, hasInstallScript: true }, 'runs a program at installation'],
    [{ ...good, license: 'GPL-3.0' }, 'licence nobody looked at'],
    [{ ...good, license: 'MIT AND GPL-3.0' }, 'licence nobody looked at'],
  ])('and nothing else: %j', (entry, problem) => {
    expect(problemsOf(entry)).toEqual([expect.stringContaining(problem)])
  })

  test('no version that is denied, at any depth; no reason for a script that is gone', () => {
    expect(problemsOf({ ...good, version: '1.0.0' }, 'a/node_modules/bad')).toEqual([
      expect.stringContaining('is denied: steals'),
    ])
    const explained = { ...policy, installScripts: { 'x@1.2.3': 'needed' } }
    expect(problemsOf({ ...good, hasInstallScript: true }, 'x', explained)).toEqual([])
    expect(problemsOf(good, 'x', explained)).toEqual([expect.stringContaining('is gone')])
  })

  test.each(['^1.0.0', '~1.0.0', '*', 'latest', '>=1', '1.x', 'file:../x', 'npm:y@1.0.0'])(
    '%s is no exact version',
    (version) => {
      const manifests = new Map([['package.json', { dependencies: { x: version } }]])
      expect(lockProblems({ packages: {} }, manifests, policy)).toHaveLength(1)
    },
  )

  test('ours is like that', () => {
    const read = (path: string) =>
      JSON.parse(readFileSync(fileURLToPath(new URL(`../${path}`, import.meta.url)), 'utf8'))
    expect(lockProblems(read('package-lock.json'), new Map(), read('scripts/dependencies/policy.json'))).toEqual([])
  })
})

describe('what npm audit says', () => {
  const report = JSON.stringify({
    vulnerabilities: {
      x: { via: [{ name: 'x', severity: 'high', title: 'it burns', url: 'https://h/GHSA-aaaa-bbbb-cccc' }, 'y'] },
    },
  })
  const now = new Date('2026-06-01')
  test('an advisory fails, and an explanation holds until its day', () => {
    expect(auditVerdict('{"vulnerabilities":{}}', {}, now)).toMatchObject({ asked: true, failed: false })
    expect(auditVerdict(report, {}, now)).toMatchObject({ asked: true, failed: true })
    const explained = (until: string) => ({ 'GHSA-aaaa-bbbb-cccc': { why: 'not reached', until } })
    expect(auditVerdict(report, explained('2026-06-02'), now)).toMatchObject({ failed: false })
    expect(auditVerdict(report, explained('2026-06-01'), now)).toMatchObject({ failed: true })
  })

  test.each(['', 'garbage', '{"message":"405 Method Not Allowed"}', '{"error":{"summary":"ENOTFOUND"}}'])(
    'no answer is no verdict: %j',
    (output) =>
      expect(auditVerdict(output, {}, now)).toMatchObject({
        asked: false,
        lines: [expect.stringContaining('serves no advisories')],
      }),
  )
})
