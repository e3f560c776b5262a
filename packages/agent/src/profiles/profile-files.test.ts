import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ProfileFiles } from './profile-files.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clew-profile-files-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

it('removes the oldest profiles, whoever has written them, and nothing else', () => {
  const files = new ProfileFiles({ folder, maxBytes: 3500 })
  writeFileSync(join(folder, 'notes.txt'), randomBytes(5000))
  for (const [at, name] of ['a', 'b', 'c', 'd', 'e'].entries()) {
    files.write(name, randomBytes(1000))
    utimesSync(join(folder, `${name}.pprof.gz`), at + 1, at + 1)
  }
  expect(readdirSync(folder)).toEqual(['c.pprof.gz', 'd.pprof.gz', 'e.pprof.gz', 'notes.txt'])
  // The newest stays, even when it alone is too much.
  files.write('big', randomBytes(9000))
  expect(readdirSync(folder)).toEqual(['big.pprof.gz', 'notes.txt'])
})

it('makes the folder, and names that lead nowhere else', () => {
  const files = new ProfileFiles({ folder: join(folder, 'x/y'), maxBytes: 1e6 })
  files.write('../../a service/1', Uint8Array.of(1))
  expect(readdirSync(join(folder, 'x/y'))).toEqual(['.._.._a_service_1.pprof.gz'])
})
