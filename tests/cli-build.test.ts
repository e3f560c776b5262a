import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { runClew } from './clew-process.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clew-cli-build-'))
  mkdirSync(join(folder, 'dist'))
  writeFileSync(join(folder, 'package.json'), '{ "name": "shop", "type": "module" }')
  writeFileSync(join(folder, 'dist', 'till.js'), 'export const price = (order) => order.id\n')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const rules = (func: string, action = 'span'): void =>
  writeFileSync(
    join(folder, 'clew.rules.yaml'),
    `r: { target: $root, where: { func: ${func} }, do: { ${action}: {} } }\n`,
  )
const till = (): string => readFileSync(join(folder, 'dist', 'till.js'), 'utf8')

it('`clew build dist` changes what was built and says where the rules are', async () => {
  rules('price')
  const done = await runClew(['build', 'dist'], { cwd: folder })
  expect(done).toMatchObject({ code: 0, stderr: 'clew: rules in 1 of 1 files: r: 1\n' })
  expect(till()).toContain('clew.rules.1')
})

it('warns of a rule that matches nothing, and ends with 0', async () => {
  rules('nobody')
  const done = await runClew(['build', 'dist'], { cwd: folder })
  expect(done.code).toBe(0)
  expect(done.stderr).toMatch(/^clew: warning: rule r \(.*clew\.rules\.yaml:1\) matched nothing in this build/)
})

it('ends with the code of its command', async () => {
  rules('price')
  expect((await runClew(['build', '--', 'node', '-e', 'process.exit(3)'], { cwd: folder })).code).toBe(3)
})

it('refuses rules it cannot use with 2, before anything is started or changed', async () => {
  rules('price', 'spam')
  const wrong = await runClew(['build', '--', 'node', '-e', 'console.log("ran")'], { cwd: folder })
  expect(wrong).toMatchObject({ code: 2, stdout: '' })
  expect(wrong.stderr).toContain("clew.rules.yaml:1:51: there is no action 'spam'")
  expect((await runClew(['build', '--rules', 'none.yaml', 'dist'], { cwd: folder })).code).toBe(2)
  expect(till()).not.toContain('clew.rules.1')
})
