import { COMPONENTS } from '@clew/collector/components'
import { FactoryRegistry } from '@clew/collector/core/factory'
import { erase } from '@clew/collector/core/factory'
import { clewExporterFactory } from '@clew/collector/exporters/clew/factory'
import type { CollectorConfig } from '@clew/collector/config/collector-config'
import { ClewError } from '@clew/base/errors'
import type { Consumer } from '@clew/otlp/consumer'

/** Every component there is. Without a store the `clew` exporter is known, so that configurations can be checked. */
export function componentRegistry(store: Consumer = NO_STORE): FactoryRegistry {
  return new FactoryRegistry([...COMPONENTS, erase(clewExporterFactory(store))])
}

const NO_STORE: Consumer = {
  consume: () => Promise.reject(new ClewError('NO_STORE', 'this process has no store')),
}

/** True when a configuration writes into the store. */
export function usesStore(config: CollectorConfig): boolean {
  return [...config.exporters.values()].some(({ factory }) => factory.type === 'clew')
}
