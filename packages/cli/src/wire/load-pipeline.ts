import { ClewError } from '@clew/base/errors'
import type { CollectorConfig } from '@clew/collector/config/collector-config'
import type { ConfigError } from '@clew/collector/config/config-error'
import { loadConfig } from '@clew/collector/config/load-config'
import { readSources, referenceReader } from '@clew/collector/config/source'
import type { ConfigSource, SourceEnvironment } from '@clew/collector/config/source'
import type { Tree } from '@clew/collector/config/tree'
import type { FactoryRegistry } from '@clew/collector/core/factory'

/** Which configuration to load. */
export interface PipelineRequest {
  /** `--config` values: paths and `file:`, `env:`, `yaml:` addresses. */
  readonly uris: readonly string[]
  /** `--set` values. */
  readonly sets: readonly string[]
  /** Used when there is no `--config`. */
  readonly fallback?: ConfigSource
  readonly registry: FactoryRegistry
  readonly environment: SourceEnvironment
}

/** A configuration that can be built. */
export interface LoadedPipeline {
  readonly config: CollectorConfig
  readonly tree: Tree
  readonly warnings: readonly ConfigError[]
}

/** Loads a configuration. Throws one ClewError('BAD_CONFIG') that lists everything wrong in it, each with its fix. */
export function loadPipeline(request: PipelineRequest): LoadedPipeline {
  const { uris, sets, fallback, registry, environment } = request
  if (uris.length === 0 && fallback === undefined) {
    throw new ClewError('USAGE', 'no configuration given', { fix: 'name one with --config FILE' })
  }
  const sources = readSources(uris, sets, environment)
  if (uris.length === 0 && fallback !== undefined) sources.unshift(fallback)
  const { config, tree, errors, warnings } = loadConfig(sources, registry, referenceReader(environment))
  if (config !== undefined && tree !== undefined && errors.length === 0) return { config, tree, warnings }
  throw new ClewError('BAD_CONFIG', configErrorText(errors))
}

/** Errors as people read them: one a line, its fix below. */
export function configErrorText(errors: readonly ConfigError[]): string {
  return errors
    .map((error) => (error.fix === undefined ? error.message : `${error.message}\n    fix: ${error.fix}`))
    .join('\n')
}
