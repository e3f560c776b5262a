import { createHash } from 'node:crypto'
import {
  JSON_TYPE,
  LIVE_SCHEDULE_FILE,
  LIVE_SETTINGS_FILE,
  type LiveSettings,
  type LiveSettingsSchedule,
} from '@clew/opamp/live-settings'
import type { ConfigFile } from '@clew/opamp/messages'
import { elasticSettings } from './elastic-settings.ts'

/** What an agent shall have; `empty` when nothing is set for it. */
export interface DesiredConfig {
  readonly files: Readonly<Record<string, ConfigFile>>
  readonly hash: Uint8Array
  readonly empty: boolean
}

const encoder = new TextEncoder()

/** Whose words an agent understands. */
export type Dialect = 'clew' | 'elastic'

/**
 * The dialect of an agent, by what it says of itself and by its User-Agent; undefined for all others. Those are listed
 * and never sent a configuration: to a Collector's supervisor ours would be a broken pipeline.
 */
export function dialectOf(attributes: Readonly<Record<string, string>>, userAgent: string): Dialect | undefined {
  const distribution = attributes['telemetry.distro.name']
  if (distribution === 'clew') return 'clew'
  return distribution === 'elastic' || userAgent.startsWith('@elastic/opamp-client') ? 'elastic' : undefined
}

/** What an agent shall have, now and when something runs out. */
export interface DesiredSettings {
  readonly settings: LiveSettings
  readonly steps: LiveSettingsSchedule['steps']
  readonly nowMs: number
}

/** Settings as the files an agent understands. */
export function desiredConfig({ settings, steps, nowMs }: DesiredSettings, dialect: Dialect): DesiredConfig {
  const documents: Record<string, object> = {}
  if (dialect === 'elastic') documents['elastic'] = elasticSettings(settings)
  else if (Object.keys(settings).length > 0) {
    documents[LIVE_SETTINGS_FILE] = settings
    // The present is no part of what makes one configuration differ from another.
    if (steps.length > 0) documents[LIVE_SCHEDULE_FILE] = { steps }
  }
  const hash = createHash('sha256')
  const files: Record<string, ConfigFile> = {}
  for (const [name, document] of Object.entries(documents)) {
    const body = encoder.encode(JSON.stringify(document))
    hash.update(name).update('\0').update(body).update('\0')
    files[name] = { body, contentType: JSON_TYPE }
  }
  if (files[LIVE_SCHEDULE_FILE] !== undefined) {
    const schedule: LiveSettingsSchedule = { nowMs, steps }
    files[LIVE_SCHEDULE_FILE] = { body: encoder.encode(JSON.stringify(schedule)), contentType: JSON_TYPE }
  }
  return { files, hash: hash.digest(), empty: Object.keys(files).length === 0 }
}
