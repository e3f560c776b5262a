import type { ConfigSource } from '@clew/collector/config/source'
import { stringify } from 'yaml'
import type { Settings } from '../config/settings.ts'

/** Name of the default configuration in error messages. */
export const DEFAULT_PIPELINE_NAME = 'default configuration'

const MIB = 1024 * 1024

/** What the default pipeline takes from the settings. */
export type PipelineSettings = Pick<
  Settings,
  | 'host'
  | 'otlpGrpcPort'
  | 'otlpHttpPort'
  | 'maxBodySize'
  | 'memoryLimit'
  | 'corsAllowedOrigins'
  | 'tlsCert'
  | 'tlsKey'
  | 'tlsClientCa'
>

/** The pipeline `clew up` runs when no `--config` is given: OTLP in, everything into the store. */
export function defaultPipeline(settings: PipelineSettings): ConfigSource {
  const pipeline = { receivers: ['otlp'], processors: ['memory_limiter'], exporters: ['clew'] }
  const address = (port: number): string =>
    `${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${port}`
  const { tlsCert, tlsKey, tlsClientCa } = settings
  const tls =
    tlsCert === undefined
      ? {}
      : {
          tls: {
            cert_file: tlsCert,
            key_file: tlsKey,
            ...(tlsClientCa === undefined ? {} : { client_ca_file: tlsClientCa }),
          },
        }
  const config = {
    receivers: {
      otlp: {
        protocols: {
          grpc: {
            endpoint: address(settings.otlpGrpcPort),
            ...tls,
            max_recv_msg_size_mib: Math.max(1, Math.ceil(settings.maxBodySize / MIB)),
          },
          http: {
            endpoint: address(settings.otlpHttpPort),
            ...tls,
            max_request_body_size: settings.maxBodySize,
            cors: { allowed_origins: settings.corsAllowedOrigins },
          },
        },
      },
    },
    processors: {
      memory_limiter: memoryLimiter(Math.max(1, Math.floor(settings.memoryLimit / MIB))),
    },
    exporters: { clew: {} },
    service: { pipelines: { traces: pipeline, logs: pipeline, metrics: pipeline } },
  }
  return { name: DEFAULT_PIPELINE_NAME, text: stringify(config, { aliasDuplicateObjects: false, lineWidth: 0 }) }
}

/** Senders are told to come back a tenth below the limit: what is under way needs some room, but not a fifth of so much. */
function memoryLimiter(limitMib: number): Record<string, unknown> {
  return { check_interval: '1s', limit_mib: limitMib, spike_limit_mib: Math.floor(limitMib / 10) }
}
