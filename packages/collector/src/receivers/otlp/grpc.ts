import { SIGNALS, type Signal } from '@clew/otlp/signal'
import type { ComponentContext } from '../../core/component.ts'
import type { ByteBudget } from '../../kit/byte-budget.ts'
import { GrpcCode } from '../../kit/grpc-code.ts'
import type { UnaryMethod } from '../../kit/grpc-method.ts'
import { GrpcServer } from '../../kit/grpc-server.ts'
import { OTLP_GRPC_METHOD, PROFILES_GRPC_METHOD } from '../../kit/otlp-paths.ts'
import { RpcError } from '../../kit/rpc-error.ts'
import { encodePartialSuccess } from '../../kit/rpc-status.ts'
import type { GrpcServerConfig } from '../../kit/server-config.ts'
import { cutCounter } from './cut-counter.ts'
import type { Intake } from './intake.ts'
import { metadataOf } from './metadata.ts'

/** The gRPC side of the receiver. */
export function otlpGrpcServer(
  config: GrpcServerConfig,
  intake: Intake,
  context: ComponentContext,
  inFlight: ByteBudget,
): GrpcServer {
  const methods = new Map<string, UnaryMethod>()
  for (const signal of SIGNALS) methods.set(OTLP_GRPC_METHOD[signal], method(signal, config, intake))
  methods.set(PROFILES_GRPC_METHOD, {
    admit: () => new RpcError(GrpcCode.unimplemented, 'profiles are not supported'),
    handle: () => Promise.reject(new RpcError(GrpcCode.unimplemented, 'profiles are not supported')),
  })
  const { server_parameters: keepalive } = config.keepalive
  return new GrpcServer({
    guard: { access: context.access, needs: 'ingest' },
    methods,
    inFlight,
    maxMessageBytes: config.max_recv_msg_size_mib * 1024 * 1024,
    maxConcurrentStreams: config.max_concurrent_streams,
    maxConnections: config.max_connections,
    stallTimeoutMs: config.stall_timeout,
    keepalive: {
      timeMs: keepalive.time,
      timeoutMs: keepalive.timeout,
      maxConnectionAgeMs: keepalive.max_connection_age,
      maxConnectionAgeGraceMs: keepalive.max_connection_age_grace,
      maxConnectionIdleMs: keepalive.max_connection_idle,
    },
    tls: config.tls,
    onCut: cutCounter(context, 'grpc'),
    logger: context.logger,
  })
}

function method(signal: Signal, config: GrpcServerConfig, intake: Intake): UnaryMethod {
  return {
    admit: () => intake.admit(signal),
    refused: (error) => intake.refusedUnread(signal, 'grpc', error),
    async handle(request) {
      const rejected = await intake.take(signal, 'grpc', 'protobuf', request.message, {
        abort: request.abort,
        ...(request.clientAddress === undefined ? {} : { clientAddress: request.clientAddress }),
        ...(config.include_metadata ? { metadata: metadataOf(request.metadata) } : {}),
      })
      return encodePartialSuccess(rejected?.count ?? 0, rejected?.reason ?? '')
    },
  }
}
