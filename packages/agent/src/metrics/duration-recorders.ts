import { metrics, ValueType } from '@opentelemetry/api'
import { exportPath } from '../settings.ts'
import type { DurationProducer, DurationRecorders } from './duration-producer.ts'

/**
 * Where durations go: to ours where our reader collects them, through the metrics API where the SDK exports in its own
 * way, nowhere when metrics are off.
 */
export function durationRecorders(
  env: Readonly<Record<string, string | undefined>>,
  producer: DurationProducer | undefined,
): DurationRecorders {
  if (producer !== undefined) return (definition) => producer.recorder(definition)
  if (exportPath(env, 'METRICS') === 'none') return () => undefined
  return ({ scope, name, description, boundaries, attributesOf }) => {
    const histogram = metrics.getMeter(scope).createHistogram(name, {
      description,
      unit: 's',
      valueType: ValueType.DOUBLE,
      advice: { explicitBucketBoundaries: [...boundaries] },
    })
    return (seconds, facts) => histogram.record(seconds, attributesOf(facts))
  }
}
