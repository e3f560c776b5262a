import { Batch } from '@clew/otlp/batch'
import { decode } from '@clew/otlp/decode'

/** An OTLP metrics request as objects, for tests of what writes one. */
export function decodeMetrics(body: Uint8Array, format: 'protobuf' | 'json'): ReturnType<typeof decode<'metrics'>> {
  return decode('metrics', format === 'json' ? Batch.fromJson('metrics', body) : Batch.fromProtobuf('metrics', body))
}
