import { Batch } from './batch.ts'
import type { Signal } from './signal.ts'

/** The two encodings of OTLP. */
export type RequestFormat = 'protobuf' | 'json'

/**
 * Checks and indexes a request in either encoding.
 * @throws DecodeError naming the field.
 */
export function decodeRequest(signal: Signal, format: RequestFormat, body: Uint8Array): Batch {
  return format === 'json' ? Batch.fromJson(signal, body) : Batch.fromProtobuf(signal, body)
}
