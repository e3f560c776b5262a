import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readSources, referenceReader } from './source.ts'

const cwd = mkdtempSync(join(tmpdir(), 'clew-config-'))
afterAll(() => rmSync(cwd, { recursive: true, force: true }))
writeFileSync(join(cwd, 'a.yaml'), 'receivers: {}\n')
const environment = { env: { CONFIG: 'exporters: {}' }, cwd }

test('paths, file:, env:, yaml: and --set become texts in order', () => {
  const uris = [
    'a.yaml',
    'file:a.yaml',
    `file:${join(cwd, 'a.yaml')}`,
    'env:CONFIG',
    'yaml:processors::batch::timeout: 2s',
  ]
  expect(readSources(uris, ['processors.batch.timeout=3s'], environment)).toEqual([
    { name: 'a.yaml', text: 'receivers: {}\n' },
    { name: 'a.yaml', text: 'receivers: {}\n' },
    { name: join(cwd, 'a.yaml'), text: 'receivers: {}\n' },
    { name: 'env:CONFIG', text: 'exporters: {}' },
    { name: 'yaml:', text: 'processors::batch::timeout: 2s' },
    { name: '--set processors.batch.timeout', text: 'processors::batch::timeout: 3s' },
  ])
})

test.each([
  ['nope.yaml', /cannot read nope.yaml/],
  ['env:NOPE', /environment variable NOPE is not set/],
  ['http://example.com/c.yaml', /scheme "http" of --config .* is not supported/],
])('%s cannot be read, and says why', (uri, message) => {
  expect(() => readSources([uri], [], environment)).toThrow(message)
})

test('--set needs a value', () => {
  expect(() => readSources([], ['a.b'], environment)).toThrow('--set a.b has no value')
})

test('references read variables and files', () => {
  const read = referenceReader(environment)
  expect(read('env', 'CONFIG')).toBe('exporters: {}')
  expect(read('env', 'NOPE')).toBeUndefined()
  expect(read('file', 'a.yaml')).toBe('receivers: {}')
  expect(() => read('http', 'x')).toThrow('not supported')
})
