import { forwardFactory } from './connectors/forward/factory.ts'
import { erase, type Factory } from './core/factory.ts'
import { debugFactory } from './exporters/debug/factory.ts'
import { fileFactory } from './exporters/file/factory.ts'
import { otlpGrpcExporterFactory } from './exporters/otlp-grpc/factory.ts'
import { otlpHttpExporterFactory } from './exporters/otlp-http/factory.ts'
import { healthCheckFactory } from './extensions/health-check/factory.ts'
import { attributesFactory } from './processors/attributes/factory.ts'
import { batchFactory } from './processors/batch/factory.ts'
import { memoryLimiterFactory } from './processors/memory-limiter/factory.ts'
import { probabilisticSamplerFactory } from './processors/probabilistic-sampler/factory.ts'
import { resourceFactory } from './processors/resource/factory.ts'
import { otlpReceiverFactory } from './receivers/otlp/factory.ts'

/** Every component that needs nothing from outside. The program adds its own, such as `clewExporterFactory(store)`. */
export const COMPONENTS: readonly Factory[] = [
  erase(otlpReceiverFactory),
  erase(attributesFactory),
  erase(batchFactory),
  erase(memoryLimiterFactory),
  erase(probabilisticSamplerFactory),
  erase(resourceFactory),
  erase(debugFactory),
  erase(fileFactory),
  erase(otlpGrpcExporterFactory),
  erase(otlpHttpExporterFactory),
  erase(forwardFactory),
  erase(healthCheckFactory),
]
