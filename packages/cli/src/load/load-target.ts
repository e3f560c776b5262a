import { ClewError, errorMessage } from '@clew/base/errors'
import { silentLogger } from '@clew/base/logger'
import { GrpcClient } from '@clew/collector/kit/grpc-client'
import { OTLP_GRPC_METHOD, OTLP_HTTP_PATH } from '@clew/collector/kit/otlp-paths'
import type { Signal } from '@clew/otlp/signal'
import { tlsFetch } from '../client/tls-fetch.ts'
import type { TlsTrust } from '../client/tls-fetch.ts'
import { VERSION } from '../version.ts'

/** Where a load goes. */
export interface LoadTarget {
  /** Sends one request; throws when it was not taken. */
  send(signal: Signal, bytes: Uint8Array<ArrayBuffer>): Promise<void>
  close(): Promise<void>
}

export interface LoadTargetOptions {
  readonly compression: 'none' | 'gzip'
  readonly timeoutMs: number
  /** Connections over which gRPC calls are spread. */
  readonly connections: number
  /** Shown with every request. */
  readonly token?: string | undefined
  /** For `grpcs://` and `https://`. */
  readonly trust?: TlsTrust
}

/** A target from `grpc://host:4317`, `grpcs://…`, `http://host:4318` or `https://…`. Throws ClewError('USAGE'). */
export function loadTarget(address: string, options: LoadTargetOptions): LoadTarget {
  const match = /^(grpcs?|https?):\/\/([^/]+)(\/.*)?$/.exec(address)
  const [, scheme, host] = match ?? []
  if (scheme === undefined || host === undefined) {
    throw new ClewError('USAGE', `cannot send to '${address}'`, { fix: 'write grpc://host:4317 or http://host:4318' })
  }
  return scheme.startsWith('grpc')
    ? grpcTarget(scheme, host, options)
    : httpTarget(address.replace(/\/+$/, ''), options)
}

function grpcTarget(scheme: string, host: string, options: LoadTargetOptions): LoadTarget {
  const clients = Array.from(
    { length: options.connections },
    () =>
      new GrpcClient({
        target: `${scheme === 'grpcs' ? 'https' : 'http'}://${host}`,
        tls: {
          insecure: scheme === 'grpc',
          insecure_skip_verify: false,
          min_version: '1.2',
          ca_pem: options.trust?.ca,
          cert_pem: options.trust?.cert,
          key_pem: options.trust?.key,
        },
        compression: options.compression,
        headers: bearer(options.token),
        userAgent: `clew-bench/${VERSION}`,
        keepaliveMs: 30_000,
        logger: silentLogger,
      }),
  )
  let next = 0
  return {
    async send(signal, bytes) {
      const client = clients[next++ % clients.length] as GrpcClient
      await client.call(OTLP_GRPC_METHOD[signal], [bytes], { timeoutMs: options.timeoutMs })
    },
    async close() {
      await Promise.all(clients.map((client) => client.close()))
    },
  }
}

function httpTarget(base: string, options: LoadTargetOptions): LoadTarget {
  const ask = tlsFetch(options.trust ?? {})
  return {
    async send(signal, bytes) {
      const gzip = options.compression === 'gzip'
      const body = gzip ? await gzipped(bytes) : bytes
      let response: Response
      try {
        response = await ask(`${base}${OTLP_HTTP_PATH[signal]}`, {
          method: 'POST',
          headers: {
            'content-type': 'application/x-protobuf',
            ...(gzip ? { 'content-encoding': 'gzip' } : {}),
            ...bearer(options.token),
          },
          body,
          signal: AbortSignal.timeout(options.timeoutMs),
        })
      } catch (cause) {
        throw new ClewError('UNREACHABLE', errorMessage(cause instanceof Error ? (cause.cause ?? cause) : cause), {
          cause,
        })
      }
      await response.arrayBuffer()
      if (!response.ok) throw new ClewError(`HTTP_${response.status}`, `answered ${response.status}`)
    },
    close: () => Promise.resolve(),
  }
}

function bearer(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` }
}

async function gzipped(bytes: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> {
  return new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer()
}
