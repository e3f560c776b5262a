import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ClewError } from '@clew/base/errors'
import { loadSettings } from './load-settings.ts'
import type { SettingsSources } from './load-settings.ts'
import { environmentName, fileKey, flagName, settingDefault, settingMeta } from './setting-names.ts'
import { SETTING_KEYS } from './settings.ts'

const folder = (): string => mkdtempSync(join(tmpdir(), 'clew-settings-'))
const sources = (more: Partial<SettingsSources> = {}): SettingsSources => {
  const cwd = folder()
  return { flags: {}, environment: { HOME: cwd }, cwd, ...more }
}
const withFile = (text: string): SettingsSources => {
  const cwd = folder()
  writeFileSync(join(cwd, 'clew.yaml'), text)
  return { flags: {}, environment: { HOME: '/nowhere' }, cwd }
}
const failure = (input: SettingsSources): ClewError => {
  try {
    loadSettings(input)
  } catch (error) {
    if (error instanceof ClewError) return error
  }
  throw new Error('expected a ClewError')
}

describe('loadSettings', () => {
  it('has the documented defaults', () => {
    const cwd = folder()
    const settings = loadSettings(sources({ cwd, environment: { HOME: '/somewhere' } }))
    expect(settings).toMatchObject({
      host: '127.0.0.1',
      port: 4320,
      otlpGrpcPort: 4317,
      otlpHttpPort: 4318,
      dataDir: '/somewhere/.clew',
      retention: 7 * 86_400_000,
      maxBodySize: 64 * 1024 * 1024,
      logLevel: 'info',
    })
  })
  it('takes flags over the environment over the file', () => {
    const file = withFile('port: 1\notlp_grpc_port: 2\notlp-http-port: 3\nlog_level: warn\n')
    const settings = loadSettings({
      ...file,
      flags: { port: '11' },
      environment: { CLEW_PORT: '21', CLEW_OTLP_GRPC_PORT: '22', CLEW_LOG_LEVEL: '' },
    })
    expect(settings).toMatchObject({ port: 11, otlpGrpcPort: 22, otlpHttpPort: 3, logLevel: 'warn' })
  })
  it('reads lists from every source', () => {
    expect(loadSettings(sources({ flags: { config: ['a.yaml', 'b.yaml'] } })).config).toEqual(['a.yaml', 'b.yaml'])
    expect(loadSettings(sources({ environment: { CLEW_CONFIG: 'a.yaml, b.yaml' } })).config).toEqual([
      'a.yaml',
      'b.yaml',
    ])
    expect(loadSettings(withFile('config: [a.yaml, b.yaml]')).config).toEqual(['a.yaml', 'b.yaml'])
  })
  it('names the flag, the variable or the line at fault', () => {
    expect(failure(sources({ flags: { port: '70000' } })).message).toBe('--port: a port is 0 to 65535 (got "70000")')
    expect(failure(sources({ environment: { CLEW_RETENTION: 'soon' } })).message).toMatch(
      /^CLEW_RETENTION: 'soon' is not a duration/,
    )
    expect(failure(withFile('port: 1\nmax_body_size: lots\n')).message).toMatch(/clew\.yaml:2:1: 'lots' is not a size/)
    expect(failure(withFile('prot: 1\n'))).toMatchObject({ code: 'BAD_SETTINGS', fix: "did you mean 'port'?" })
    expect(failure(withFile('port: [1\n')).message).toMatch(/clew\.yaml:\d+:\d+/)
    expect(failure(withFile('- port\n')).message).toMatch(/expected settings/)
    expect(failure(sources({ file: 'absent.yaml' })).message).toMatch(/cannot read the settings file .*absent\.yaml/)
  })
  it('reports every wrong setting at once', () => {
    expect(failure(sources({ flags: { port: 'x', store: 'mysql://' } })).message.split('\n')).toHaveLength(2)
  })
})

describe('setting names', () => {
  it('are one word in three spellings', () => {
    expect([flagName, environmentName, fileKey].map((name) => name('otlpGrpcPort'))).toEqual([
      '--otlp-grpc-port',
      'CLEW_OTLP_GRPC_PORT',
      'otlp_grpc_port',
    ])
  })
  it.each(SETTING_KEYS)('%s is described and its written default is valid', (key) => {
    expect(settingMeta(key).description).not.toBe('')
    const value = settingDefault(key)
    const environment = value === '' ? {} : { [environmentName(key)]: value }
    const cwd = folder()
    expect(loadSettings({ flags: {}, environment: { HOME: cwd, ...environment }, cwd })[key]).toEqual(
      loadSettings({ flags: {}, environment: { HOME: cwd }, cwd })[key],
    )
  })
})
