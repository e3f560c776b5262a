import {
  context as contextApi,
  trace,
  type Attributes,
  type Histogram,
  type Meter,
  type MeterProvider,
} from '@opentelemetry/api'
import { REQUEST_BOUNDARIES, type DurationRecorders } from '../metrics/duration-producer.ts'

const NOWHERE: Histogram = {
  record: () => {
    // It is measured elsewhere.
  },
}

/**
 * A provider for upstream instrumentations that measure durations: those become durations of the agent, which have exemplars;
 * all else goes where it went. Durations of these names are measured by spans, and not once more.
 */
export function durationMeters(
  provider: MeterProvider,
  durations: DurationRecorders,
  bySpans: readonly string[],
): MeterProvider {
  return {
    getMeter: (scope, version, options) => {
      const meter = provider.getMeter(scope, version, options)
      const createHistogram: Meter['createHistogram'] = (name, about) => {
        if (bySpans.includes(name)) return NOWHERE
        const { description = '', advice } = about ?? {}
        const boundaries = advice?.explicitBucketBoundaries ?? REQUEST_BOUNDARIES
        const record = name.endsWith('.duration')
          ? durations<Attributes>({
              scope,
              name,
              description,
              boundaries,
              keyOf: (attributes) => JSON.stringify(attributes),
              attributesOf: (attributes) => attributes,
            })
          : undefined
        if (record === undefined) return meter.createHistogram(name, about)
        const histogram: Histogram = {
          record: (seconds, attributes = {}, context = contextApi.active()) =>
            record(seconds, attributes, trace.getSpan(context)),
        }
        return histogram
      }
      return new Proxy(meter, {
        get: (target, key) => {
          if (key === 'createHistogram') return createHistogram
          const value: unknown = Reflect.get(target, key)
          return typeof value === 'function' ? (value.bind(target) as unknown) : value
        },
      })
    },
  }
}
