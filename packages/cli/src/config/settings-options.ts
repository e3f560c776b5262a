import { Option } from 'commander'
import type { Command } from 'commander'
import type { CommandContext } from '../command.ts'
import { loadSettings } from './load-settings.ts'
import { environmentName, flagName, settingDefault, settingMeta } from './setting-names.ts'
import { SETTING_KEYS } from './settings.ts'
import type { SettingKey, Settings } from './settings.ts'

const REPEATABLE: ReadonlySet<SettingKey> = new Set(['config', 'allowedHosts', 'corsAllowedOrigins', 'authToken'])
const SWITCHES: ReadonlySet<SettingKey> = new Set(['insecure'])

/** Adds a flag for each of the given settings, and `--settings` for the file. */
export function addSettingOptions(command: Command, keys: readonly SettingKey[] = SETTING_KEYS): Command {
  for (const key of keys) {
    const { value, description } = settingMeta(key)
    const fallback = settingDefault(key)
    const detail = `${environmentName(key)}${fallback === '' ? '' : `, default ${fallback}`}`
    const option = new Option(
      SWITCHES.has(key) ? flagName(key) : `${flagName(key)} ${value}`,
      `${description} (${detail})`,
    )
    if (REPEATABLE.has(key)) option.argParser((text: string, all: string[] | undefined) => [...(all ?? []), text])
    command.addOption(option)
  }
  return command.addOption(
    new Option('--settings <file>', 'settings file (CLEW_SETTINGS, default ./clew.yaml or ~/.clew/clew.yaml)'),
  )
}

/** Settings for a verb whose flags came from `addSettingOptions`. */
export function settingsFromFlags(flags: Readonly<Record<string, unknown>>, context: CommandContext): Settings {
  const file = typeof flags['settings'] === 'string' ? flags['settings'] : undefined
  return loadSettings({ flags, environment: context.environment, cwd: context.cwd, file })
}
