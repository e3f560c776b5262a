import type { ExtensionFactory } from '../../core/factory.ts'
import { healthCheckSchema, type HealthCheckConfig } from './config.ts'
import { HealthCheck } from './health-check.ts'

/** `health_check`: answers whether the collector is ready. */
export const healthCheckFactory: ExtensionFactory<HealthCheckConfig> = {
  kind: 'extension',
  type: 'health_check',
  stability: 'beta',
  description: 'HTTP endpoint for load balancers and orchestrators: 200 when ready, 503 otherwise.',
  schema: healthCheckSchema,
  create: (config, context) => new HealthCheck(config, context),
}
