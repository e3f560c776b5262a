import type { ResourceDetector } from '@opentelemetry/resources'

/** The function, its version and instance as attributes of the resource; nothing outside of AWS Lambda. */
export const lambdaDetector: ResourceDetector = {
  detect: () => {
    const { env } = process
    const name = env['AWS_LAMBDA_FUNCTION_NAME']
    if (!name) return {}
    const megabytes = Number(env['AWS_LAMBDA_FUNCTION_MEMORY_SIZE'])
    const attributes = {
      'cloud.provider': 'aws',
      'cloud.platform': 'aws_lambda',
      'cloud.region': env['AWS_REGION'],
      'faas.name': name,
      'faas.version': env['AWS_LAMBDA_FUNCTION_VERSION'],
      'faas.instance': env['AWS_LAMBDA_LOG_STREAM_NAME'],
      'faas.max_memory': megabytes > 0 ? megabytes * 1024 * 1024 : undefined,
    }
    return { attributes: Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined)) }
  },
}
