import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { ClewError } from '@clew/base/errors'
import type { Environment } from './environment.ts'
import { readSettingsFile } from './settings-file.ts'
import type { FileValue } from './settings-file.ts'
import { environmentName, flagName } from './setting-names.ts'
import { SETTING_KEYS, settingsSchema } from './settings.ts'
import type { SettingKey, Settings } from './settings.ts'

/** Where settings may come from, strongest first: flags, environment, clew.yaml. */
export interface SettingsSources {
  /** As commander gives them: by camelCase key. Keys that are no settings are ignored. */
  readonly flags: Readonly<Record<string, unknown>>
  readonly environment: Environment
  /** A settings file that must exist; else ./clew.yaml and ~/.clew/clew.yaml are looked for. */
  readonly file?: string | undefined
  readonly cwd: string
}

/** One setting with the place it came from. */
interface Found {
  readonly value: unknown
  readonly where: string
}

/** Settings from all sources, checked. Throws ClewError('BAD_SETTINGS') that names the flag, variable or line at fault. */
export function loadSettings(sources: SettingsSources): Settings {
  const path = settingsPath(sources)
  const file = path === undefined ? new Map<SettingKey, FileValue>() : readSettingsFile(path)
  const input: Record<string, unknown> = {}
  const origins = new Map<string, string>()
  for (const key of SETTING_KEYS) {
    const found = fromFlag(sources, key) ?? fromEnvironment(sources, key) ?? fromFile(file, key)
    if (found === undefined) continue
    input[key] = found.value
    origins.set(key, found.where)
  }
  const parsed = settingsSchema.safeParse(input)
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => {
      const key = String(issue.path[0] ?? '')
      return `${origins.get(key) ?? key}: ${issue.message} (got ${JSON.stringify(input[key])})`
    })
    throw new ClewError('BAD_SETTINGS', lines.join('\n'), { fix: 'see docs/reference/configuration.md' })
  }
  const settings = parsed.data
  return { ...settings, dataDir: absolute(settings.dataDir, sources) }
}

/** The settings file that applies, if any. */
export function settingsPath(sources: SettingsSources): string | undefined {
  const named = sources.file ?? sources.environment['CLEW_SETTINGS']
  if (named !== undefined && named !== '') return resolve(sources.cwd, named)
  const home = sources.environment['HOME'] ?? homedir()
  return [join(sources.cwd, 'clew.yaml'), join(home, '.clew', 'clew.yaml')].find((path) => existsSync(path))
}

function fromFlag({ flags }: SettingsSources, key: SettingKey): Found | undefined {
  const value = flags[key]
  return value === undefined ? undefined : { value, where: flagName(key) }
}

function fromEnvironment({ environment }: SettingsSources, key: SettingKey): Found | undefined {
  const name = environmentName(key)
  const value = environment[name]
  return value === undefined || value === '' ? undefined : { value, where: name }
}

function fromFile(file: Map<SettingKey, FileValue>, key: SettingKey): Found | undefined {
  const found = file.get(key)
  return found === undefined || found.value === null ? undefined : found
}

function absolute(path: string, { cwd, environment }: SettingsSources): string {
  const home = environment['HOME'] ?? homedir()
  return resolve(cwd, path === '~' || path.startsWith('~/') ? join(home, path.slice(1)) : path)
}
