import { metrics, ValueType } from '@opentelemetry/api'
import { exportPath } from '../../settings.ts'
import { HTTP_SCOPE, type RecordDuration } from './server.ts'
import { BOUNDARIES_SECONDS, seriesAttributes, type ServerDurations } from './server-durations.ts'

/**
 * Where the durations of incoming requests go: to ours where our reader collects them, through the metrics API where
 * the SDK exports in its own way, nowhere when metrics are off.
 */
export function durationRecorder(
  env: Readonly<Record<string, string | undefined>>,
  durations: ServerDurations | undefined,
): RecordDuration | undefined {
  if (durations !== undefined) return (seconds, facts) => durations.record(seconds, facts)
  if (exportPath(env, 'METRICS') === 'none') return undefined
  const histogram = metrics.getMeter(HTTP_SCOPE).createHistogram('http.server.request.duration', {
    description: 'Duration of HTTP server requests.',
    unit: 's',
    valueType: ValueType.DOUBLE,
    advice: { explicitBucketBoundaries: [...BOUNDARIES_SECONDS] },
  })
  return (seconds, facts) => histogram.record(seconds, seriesAttributes(facts))
}
