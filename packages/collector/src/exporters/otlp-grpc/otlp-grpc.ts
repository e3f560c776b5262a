import type { Signal } from '@clew/otlp/signal'
import type { ComponentContext, Exporter } from '../../core/component.ts'
import { GrpcClient } from '../../kit/grpc-client.ts'
import { OTLP_GRPC_METHOD } from '../../kit/otlp-paths.ts'
import { QueuedExporter } from '../../kit/queued-exporter.ts'
import { decodePartialSuccess } from '../../kit/rpc-status.ts'
import type { OtlpGrpcExporterConfig } from './config.ts'

const LONGEST_TIMEOUT_MS = 600_000

/**
 * Sends each request as the concatenation of its batches: OTLP requests are lists, and the concatenation of two protobuf
 * lists is the list of both. Nothing is decoded or copied.
 */
export function otlpGrpcExporter(
  config: OtlpGrpcExporterConfig,
  context: ComponentContext,
  signals: readonly Signal[],
): Exporter {
  const clients = Array.from(
    { length: config.connections },
    () =>
      new GrpcClient({
        target: config.endpoint,
        tls: config.tls,
        compression: config.compression,
        headers: config.headers,
        userAgent: context.userAgent,
        keepaliveMs: config.keepalive.time,
        logger: context.logger,
      }),
  )
  let turn = 0
  return new QueuedExporter({
    queue: config.sending_queue,
    retry: config.retry_on_failure,
    context,
    signals,
    async send(signal, request, abort) {
      turn = (turn + 1) % clients.length
      const parts = request.batches.map((batch) => batch.toProtobuf())
      const timeoutMs = config.timeout === 0 ? LONGEST_TIMEOUT_MS : config.timeout
      const response = await clients[turn]?.call(OTLP_GRPC_METHOD[signal], parts, { timeoutMs, abort })
      const { rejected, message } = decodePartialSuccess(response ?? new Uint8Array())
      return { rejected: Math.min(rejected, request.points), reason: message }
    },
    close: async () => {
      await Promise.all(clients.map((client) => client.close()))
    },
  })
}
