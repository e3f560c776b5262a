import type { LiveSettings } from '@clew/opamp/live-settings'

const LEVELS = { none: 'off', error: 'error', warn: 'warn', info: 'info', debug: 'debug', verbose: 'trace' } as const

/**
 * Settings in the words of Elastic's distributions of OpenTelemetry, as far as they have words for them. They look every
 * 30 seconds unless told otherwise: they are asked to look every second.
 */
export function elasticSettings({ sampling, logLevel, instrumentations }: LiveSettings): Record<string, string> {
  const off = Object.entries(instrumentations ?? {}).filter(([, on]) => !on)
  return {
    opamp_polling_interval: '1s',
    ...(sampling?.share === undefined ? {} : { sampling_rate: String(sampling.share) }),
    ...(logLevel === undefined ? {} : { logging_level: LEVELS[logLevel] }),
    ...(off.length === 0 ? {} : { deactivate_instrumentations: off.map(([name]) => name).join(',') }),
  }
}
