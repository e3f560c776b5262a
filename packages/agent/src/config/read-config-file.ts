import type { createConfigFactory } from '@opentelemetry/configuration'
import { createRequire } from 'node:module'
import { environmentOfModel, type FileSettings } from './environment-of-model.ts'

interface ConfigurationPackage {
  readonly createConfigFactory: typeof createConfigFactory
}

/**
 * Reads the file that OTEL_CONFIG_FILE names (declarative configuration 1.0, with `${VARIABLE:-default}`). Its parser is
 * loaded only here. Throws when the file cannot be read or is not valid.
 */
export function readConfigFile(): FileSettings {
  const require = createRequire(import.meta.url)
  const { createConfigFactory: create } = require('@opentelemetry/configuration') as ConfigurationPackage
  return environmentOfModel(create().getConfigModel())
}

/** Variables of the SDK itself, which a configuration file takes the place of. Those of single instrumentations stay. */
const REPLACED = /^OTEL_(?!NODE_|INSTRUMENTATION_)/

/**
 * Runs `action` with the file's settings in place of the environment's, and leaves `env` as it was.
 */
export function withFileSettings<T>(
  env: Record<string, string | undefined>,
  variables: Readonly<Record<string, string>>,
  action: () => T,
): T {
  const before = { ...env }
  for (const name of Object.keys(env)) if (REPLACED.test(name)) delete env[name]
  Object.assign(env, variables)
  try {
    return action()
  } finally {
    for (const name of Object.keys(env)) if (!(name in before)) delete env[name]
    Object.assign(env, before)
  }
}
