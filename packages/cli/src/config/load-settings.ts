import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { ClewError } from '@clew/base/errors'
import type { Environment } from './environment.ts'
import { readSettingsFile } from './settings-file.ts'
import type { FileValue } from './settings-file.ts'
import { environmentName, flagName, settingMeta } from './setting-names.ts'
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
      const got = isSecret(key) ? '' : ` (got ${JSON.stringify(input[key])})`
      return `${origins.get(key) ?? key}: ${issue.message}${got}`
    })
    throw new ClewError('BAD_SETTINGS', lines.join('\n'), { fix: 'see docs/reference/configuration.md' })
  }
  const settings = parsed.data
  refusePlainTokens(file.get('authToken'))
  refuseHalfTls(settings)
  const full = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : absolute(text, sources)
  return {
    ...settings,
    dataDir: absolute(settings.dataDir, sources),
    tlsCert: full(settings.tlsCert),
    tlsKey: full(settings.tlsKey),
    tlsClientCa: full(settings.tlsClientCa),
  }
}

function isSecret(key: string): boolean {
  return (SETTING_KEYS as readonly string[]).includes(key) && settingMeta(key as SettingKey).secret === true
}

/** Files are copied, committed and backed up: what stands in one is a hash. */
function refusePlainTokens(found: FileValue | undefined): void {
  if (found === undefined) return
  const texts = Array.isArray(found.value) ? found.value.map(String) : String(found.value).split(',')
  if (texts.every((text) => text.includes('sha256:'))) return
  throw new ClewError('BAD_SETTINGS', `${found.where}: a token stands here in plain text`, {
    fix: 'put its hash there: clew token hash <name> --scope <scopes>, with the token on standard input',
  })
}

function refuseHalfTls({ tlsCert, tlsKey, tlsClientCa }: Settings): void {
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new ClewError('BAD_SETTINGS', '--tls-cert and --tls-key belong together', { fix: 'give both, or none' })
  }
  if (tlsClientCa !== undefined && tlsCert === undefined) {
    throw new ClewError('BAD_SETTINGS', '--tls-client-ca needs --tls-cert and --tls-key')
  }
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
