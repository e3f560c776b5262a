import type { Meter, MeterOptions, MeterProvider } from '@opentelemetry/api'
import { BothMeters } from './both-meters.ts'

/** The object `metrics` of a copy of the API, as far as it is changed. */
interface MetricsApi {
  setGlobalMeterProvider(provider: MeterProvider): boolean
  getMeterProvider(): MeterProvider
  getMeter(name: string, version?: string, options?: MeterOptions): Meter
}

let registered: MeterProvider | undefined
const meters = new Map<string, BothMeters>()

/**
 * Lets a program register a meter provider of its own although the agent has: what is measured through this copy of the API
 * is measured by both, from the moment of the registration.
 */
export function openMetricsApi(api: MetricsApi): void {
  const agents = api.getMeterProvider.bind(api)
  const getMeter = (name: string, version?: string, options?: MeterOptions): Meter => {
    const key = `${name}@${version ?? ''}:${options?.schemaUrl ?? ''}`
    const known = meters.get(key)
    if (known !== undefined) return known.meter
    const both = new BothMeters(agents().getMeter(name, version, options), (of) => of.getMeter(name, version, options))
    if (registered !== undefined) both.join(registered)
    meters.set(key, both)
    return both.meter
  }
  const provider: MeterProvider = { getMeter }
  api.getMeter = getMeter
  api.getMeterProvider = () => provider
  api.setGlobalMeterProvider = (wanted) => {
    if (registered !== undefined) return false
    registered = wanted
    for (const both of meters.values()) both.join(wanted)
    return true
  }
}
