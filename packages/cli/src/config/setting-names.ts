import { settingsSchema } from './settings.ts'
import type { SettingKey } from './settings.ts'
import type { SettingMeta } from './setting-types.ts'

const words = (key: string): string[] => key.split(/(?=[A-Z])/).map((word) => word.toLowerCase())

/** `otlpGrpcPort` -> `--otlp-grpc-port`. */
export const flagName = (key: string): string => `--${words(key).join('-')}`

/** `otlpGrpcPort` -> `CLEW_OTLP_GRPC_PORT`. */
export const environmentName = (key: string): string => `CLEW_${words(key).join('_').toUpperCase()}`

/** `otlpGrpcPort` -> `otlp_grpc_port`, the key in clew.yaml. */
export const fileKey = (key: string): string => words(key).join('_')

/** What is said about a setting. */
export function settingMeta(key: SettingKey): SettingMeta {
  return settingsSchema.shape[key].meta() as SettingMeta
}

/** The default as a user would write it. */
export function settingDefault(key: SettingKey): string {
  const { def } = settingsSchema.shape[key]
  const value = 'defaultValue' in def ? (def.defaultValue as string | number | boolean | string[]) : ''
  return Array.isArray(value) ? value.join(',') : String(value)
}
