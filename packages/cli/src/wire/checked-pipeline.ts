import type { SourceEnvironment } from '@clew/collector/config/source'
import type { Consumer } from '@clew/otlp/consumer'
import type { Settings } from '../config/settings.ts'
import { defaultPipeline } from './default-pipeline.ts'
import { loadPipeline } from './load-pipeline.ts'
import type { LoadedPipeline } from './load-pipeline.ts'
import { componentRegistry } from './registry.ts'

/**
 * The pipeline that settings ask for: their `--config`, or the default one; with `--set` on top. Without a store it can be
 * checked and printed, not run. Throws ClewError('BAD_CONFIG').
 */
export function checkedPipeline(
  settings: Settings,
  sets: readonly string[],
  environment: SourceEnvironment,
  store?: Consumer,
): LoadedPipeline {
  return loadPipeline({
    uris: settings.config,
    sets,
    fallback: defaultPipeline(settings),
    registry: componentRegistry(store),
    environment,
  })
}
