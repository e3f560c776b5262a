import zlib from 'node:zlib'

/** How bodies are packed on the wire. */
export type Compression = 'gzip' | 'zstd' | 'none'

type Pack = (body: Uint8Array, options: object, done: (error: Error | null, result: Buffer) => void) => void
type PackSync = (body: Uint8Array, options?: object) => Buffer

/** Since Node 22.15 and 23.8; not in the types of the oldest. */
interface Zstd {
  readonly zstdCompress?: Pack
  readonly zstdCompressSync?: PackSync
}

const { zstdCompress, zstdCompressSync } = zlib as Zstd

/**
 * OTEL_EXPORTER_OTLP_[{SIGNAL}_]COMPRESSION: gzip, zstd, none. Where Node has no zstd it is gzip, which every receiver
 * knows.
 */
export function compressionFrom(env: Readonly<Record<string, string | undefined>>, signal: string): Compression {
  const named = env[`OTEL_EXPORTER_OTLP_${signal}_COMPRESSION`]?.trim() || env['OTEL_EXPORTER_OTLP_COMPRESSION']?.trim()
  if (named === 'zstd') return zstdCompress === undefined ? 'gzip' : 'zstd'
  return named === 'gzip' ? 'gzip' : 'none'
}

/** Packs a body off the program's thread. */
export function compressed(body: Uint8Array, compression: Compression): Promise<Uint8Array> {
  if (compression === 'none') return Promise.resolve(body)
  const pack = compression === 'zstd' && zstdCompress !== undefined ? zstdCompress : (zlib.gzip as Pack)
  return new Promise((resolve, reject) => {
    pack(body, { level: 1 }, (error, result) => (error === null ? resolve(result) : reject(error)))
  })
}

/** The same at once, by the header that goes with it. */
export function compressedSync(body: Uint8Array, encoding: string | undefined): Uint8Array {
  if (encoding === 'zstd' && zstdCompressSync !== undefined) return zstdCompressSync(body)
  return encoding === 'gzip' ? zlib.gzipSync(body) : body
}
