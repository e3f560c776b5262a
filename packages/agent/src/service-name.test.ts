import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deriveServiceName } from './service-name.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clew-name-'))
  mkdirSync(join(folder, 'src/deep'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), '{"name":"@acme/till"}')
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('deriveServiceName', () => {
  it('takes the name of a script that has one', () => {
    expect(deriveServiceName(join(folder, 'src/worker.mjs'), {})).toBe('worker')
  })

  it.each(['index.js', 'src/main.js', 'src/deep/server.cjs'])(
    'takes the package for %s, whose name says nothing',
    (file) => {
      expect(deriveServiceName(join(folder, file), {})).toBe('@acme/till')
    },
  )

  it('falls back to the script when there is no usable package', () => {
    writeFileSync(join(folder, 'src/package.json'), '{broken')
    rmSync(join(folder, 'package.json'))
    mkdirSync(join(folder, 'node_modules/tool'), { recursive: true })
    expect(deriveServiceName(join(folder, 'node_modules/tool/cli.js'), {})).toBe('cli')
  })

  it('leaves it to the environment', () => {
    expect(deriveServiceName('/a/b.js', { OTEL_SERVICE_NAME: 'x' })).toBeUndefined()
    expect(deriveServiceName('/a/b.js', { OTEL_RESOURCE_ATTRIBUTES: 'a=b,service.name=x' })).toBeUndefined()
    expect(deriveServiceName('/a/b.js', { OTEL_RESOURCE_ATTRIBUTES: 'my.service.name=x' })).toBe('b')
    expect(deriveServiceName(undefined, {})).toBeUndefined()
  })
})
