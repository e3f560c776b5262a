import { trace } from '@opentelemetry/api'
import { fileURLToPath } from 'node:url'
import { agentFile } from '../../modules/agent-file.ts'
import type { Plugin } from '../../plugins/plugin.ts'
import { Invocations, type LambdaHandler } from './invocations.ts'

/** What `lambda-handler.ts`, which Lambda's runtime loads in the place of the handler, finds under `Symbol.for('clew.lambda')`. */
export interface LambdaBridge {
  /** The handler the user has named. */
  readonly handler: string
  readonly wrap: (handler: LambdaHandler) => LambdaHandler
}

/**
 * Functions of AWS Lambda. The runtime loads the handler that `_HANDLER` names, from the program's own files, CommonJS or ES
 * modules: it is told to load the agent's instead, which loads the other and puts a span around each invocation. Option
 * `consumer`: `link` (the default) or `parent`, for messages that come alone.
 */
export const awsLambda: Plugin = {
  name: 'aws-lambda',
  modules: [],
  libraries: ['functions of AWS Lambda'],
  start: ({ options }) => {
    const { env } = process
    const handler = env['_HANDLER']
    if (!handler || !env['LAMBDA_TASK_ROOT']) return
    const invocations = new Invocations(
      trace.getTracer('@clew/agent/aws-lambda'),
      options['consumer'] === 'parent' ? 'parent' : 'link',
    )
    const bridge: LambdaBridge = { handler, wrap: (original) => invocations.wrap(original) }
    Reflect.set(globalThis, Symbol.for('clew.lambda'), bridge)
    env['_HANDLER'] = fileURLToPath(agentFile('lambda-handler.handler'))
  },
}
