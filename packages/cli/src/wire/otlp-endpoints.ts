import type { CollectorConfig } from '@clew/collector/config/collector-config'
import type { RunningCollector } from '@clew/collector/core/start-collector'
import type { TlsServerConfig } from '@clew/collector/kit/tls'
import type { OtlpReceiverConfig } from '@clew/collector/receivers/otlp/config'

/** Where the first OTLP receiver of a pipeline is reached; empty for a protocol that no receiver speaks. */
export interface OtlpEndpoints {
  /** `http://127.0.0.1:4317`, with TLS `https://…`. */
  readonly otlpGrpc: string
  readonly otlpHttp: string
  /** Of the HTTP side, when it speaks TLS. */
  readonly httpTls: TlsServerConfig | undefined
}

/** Finds them in a collector that runs. */
export function otlpEndpoints(collector: RunningCollector, config: CollectorConfig): OtlpEndpoints {
  let found: OtlpEndpoints = { otlpGrpc: '', otlpHttp: '', httpTls: undefined }
  for (const [node, { grpc, http }] of Object.entries(collector.addresses())) {
    const receiver = config.receivers.get(node.replace(/^receiver\//, ''))
    if (receiver?.factory.type !== 'otlp') continue
    const { protocols } = receiver.config as OtlpReceiverConfig
    if (found.otlpGrpc === '' && grpc !== undefined) {
      found = { ...found, otlpGrpc: localUrl(grpc, protocols.grpc?.tls !== undefined) }
    }
    if (found.otlpHttp === '' && http !== undefined) {
      const { tls } = protocols.http ?? {}
      found = { ...found, otlpHttp: localUrl(http, tls !== undefined), httpTls: tls }
    }
  }
  return found
}

/** A URL that works on this machine: an address for "everywhere" becomes the local one. */
export function localUrl(address: string, tls: boolean): string {
  const host = address.replace(/^0\.0\.0\.0:/, '127.0.0.1:').replace(/^\[::\]:/, '[::1]:')
  return `${tls ? 'https' : 'http'}://${host}`
}
