import type { SettingKey } from '../config/settings.ts'
import { SETTING_KEYS } from '../config/settings.ts'
import { settingMeta } from '../config/setting-names.ts'

/**
 * Takes secrets that were given as flags out of what other users of the machine see of this process (`ps`, /proc): the title
 * takes the place of the arguments. For the moment before, and for shell histories, an environment variable is the better place.
 */
export function hideSecretArguments(verb: string, flags: Readonly<Record<string, unknown>>): void {
  const given = (key: SettingKey): boolean => flags[key] !== undefined && settingMeta(key).secret === true
  if (SETTING_KEYS.some(given)) process.title = `clew ${verb}`
}
