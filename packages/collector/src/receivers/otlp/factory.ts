import type { ReceiverFactory } from '../../core/factory.ts'
import { SIGNALS } from '@clew/otlp/signal'
import { otlpReceiverSchema, type OtlpReceiverConfig } from './config.ts'
import { OtlpReceiver } from './otlp.ts'

/** `otlp`: OTLP over gRPC and HTTP. */
export const otlpReceiverFactory: ReceiverFactory<OtlpReceiverConfig> = {
  kind: 'receiver',
  type: 'otlp',
  stability: 'stable',
  description: 'Takes OTLP over gRPC (4317) and HTTP (4318, protobuf and JSON).',
  schema: otlpReceiverSchema,
  signals: SIGNALS,
  create: (config, context, outputs) => new OtlpReceiver(config, context, outputs),
}
