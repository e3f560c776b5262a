import { LOG_LEVELS } from '@clew/base/logger'
import { z } from 'zod'
import type { SettingMeta } from './setting-types.ts'
import {
  byteSizeSetting,
  durationSetting,
  fileSetting,
  listSetting,
  portSetting,
  switchSetting,
  tokensSetting,
} from './setting-types.ts'

const about = (group: string, value: string, description: string): SettingMeta => ({ group, value, description })
const secret = (group: string, value: string, description: string): SettingMeta => ({
  ...about(group, value, description),
  secret: true,
})

/**
 * Every setting of a running Clew, once. The flag (`--otlp-grpc-port`), the environment variable
 * (`CLEW_OTLP_GRPC_PORT`), the key in clew.yaml (`otlp_grpc_port`), `--help` and the reference page come from here.
 */
export const settingsSchema = z.strictObject({
  host: z
    .string()
    .min(1)
    .prefault('127.0.0.1')
    .meta(about('Addresses', '<address>', 'Address to listen on, for the UI and for OTLP')),
  port: portSetting.prefault(4320).meta(about('Addresses', '<port>', 'Port of the UI and the API; 0 takes a free one')),
  otlpGrpcPort: portSetting
    .prefault(4317)
    .meta(about('Addresses', '<port>', 'Port for OTLP over gRPC; 0 takes a free one')),
  otlpHttpPort: portSetting
    .prefault(4318)
    .meta(about('Addresses', '<port>', 'Port for OTLP over HTTP; 0 takes a free one')),
  allowedHosts: listSetting
    .prefault([])
    .meta(
      about(
        'Addresses',
        '<names>',
        'Names, beside localhost and addresses, by which the UI may be called; * allows all',
      ),
    ),
  corsAllowedOrigins: listSetting
    .prefault(['http://localhost:*', 'http://127.0.0.1:*', 'http://localhost', 'http://127.0.0.1'])
    .meta(about('Addresses', '<origins>', 'Origins of web pages that may send OTLP over HTTP; * stands for any text')),

  authToken: tokensSetting
    .prefault([])
    .meta(
      secret(
        'Security',
        '<entry>',
        'Token that callers need on every port: <name>:<scopes>:<token or sha256:hash>, or the token alone; repeat',
      ),
    ),
  insecure: switchSetting
    .prefault(false)
    .meta(about('Security', '', 'Listen on other addresses than localhost without any token')),
  tlsCert: fileSetting
    .optional()
    .meta(
      about(
        'Security',
        '<file>',
        'Certificate (chain) for every port, PEM; read anew when it changes. Receivers of a configuration of your own name theirs there',
      ),
    ),
  tlsKey: fileSetting.optional().meta(about('Security', '<file>', 'Key of the certificate, PEM')),
  tlsClientCa: fileSetting
    .optional()
    .meta(about('Security', '<file>', 'Take only clients with a certificate that one of these authorities has signed')),
  sessionDuration: durationSetting
    .prefault('7d')
    .meta(about('Security', '<duration>', 'How long a browser stays signed in')),
  sessionKey: z
    .string()
    .min(32, 'is too short: it takes 32 characters or more')
    .optional()
    .meta(
      secret(
        'Security',
        '<text>',
        'Signs browser sessions; the same for all nodes behind one address. Without it sessions end with the process',
      ),
    ),

  dataDir: z
    .string()
    .min(1)
    .prefault('~/.clew')
    .meta(about('Storage', '<folder>', 'Where telemetry is kept')),
  store: z
    .string()
    .regex(
      /^chdb$|^clickhouses?:\/\/|^https?:\/\//,
      'is chdb or an address such as clickhouse://user:pass@host:8123/db',
    )
    .prefault('chdb')
    .meta(secret('Storage', '<store>', 'chdb (embedded) or clickhouse://user:pass@host:8123/db?cluster=NAME')),
  retention: durationSetting
    .prefault('7d')
    .meta(about('Storage', '<duration>', 'How long telemetry is kept; rounded up to whole days')),
  spoolSize: byteSizeSetting
    .prefault('1GiB')
    .meta(
      about(
        'Storage',
        '<size>',
        'Acknowledged data that may wait on disk for a database that is slow or away, before senders are told to come back',
      ),
    ),

  promotedKeys: z.coerce
    .number('is not a number')
    .int()
    .min(0)
    .max(64, 'at most 64')
    .prefault(16)
    .meta(
      about(
        'Storage',
        '<count>',
        'Attribute keys of spans and of logs that the store may give columns of their own; 0 gives none',
      ),
    ),

  config: listSetting
    .prefault([])
    .meta(about('Pipeline', '<file>', 'Collector configuration to run instead of the default one; repeat to merge')),
  maxBodySize: byteSizeSetting
    .prefault('64MiB')
    .meta(about('Pipeline', '<size>', 'Largest OTLP request that is taken, uncompressed')),
  memoryLimit: byteSizeSetting
    .prefault('1536MiB')
    .meta(about('Pipeline', '<size>', 'Memory use from which on senders are told to come back later')),

  queryTimeout: durationSetting
    .prefault('30s')
    .meta(about('Queries', '<duration>', 'Longest time one question may take')),
  queryMaxBytes: byteSizeSetting.prefault('20GiB').meta(about('Queries', '<size>', 'Most data one question may read')),

  logLevel: z
    .enum(LOG_LEVELS)
    .prefault('info')
    .meta(about('Logging', '<level>', `One of ${LOG_LEVELS.join(', ')}`)),
  logFormat: z
    .enum(['text', 'json'])
    .prefault('text')
    .meta(about('Logging', '<format>', 'text or json')),
  shutdownTimeout: durationSetting
    .prefault('10s')
    .meta(about('Logging', '<duration>', 'Longest time a stop may take to bring everything to disk')),
})

/** Settings with units as code uses them: milliseconds and bytes. */
export type Settings = z.output<typeof settingsSchema>
export type SettingKey = keyof Settings

/** Every key, in the order of the reference page. */
export const SETTING_KEYS: readonly SettingKey[] = Object.keys(settingsSchema.shape) as SettingKey[]
