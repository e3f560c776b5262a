import type { ModuleExports, ModulePatch, Plugin } from '../../../plugins/plugin.ts'
import { MessagingTracer } from '../messaging-tracer.ts'
import type { NatsHeaders } from './nats-message.ts'
import { patchConnection, patchConsumer, patchStream, patchSubscription } from './nats-patches.ts'
import { NatsTracer } from './nats-tracer.ts'

/** Where the packages keep what is changed: `nats` 2 has everything in one, 3 is several. */
const LAYOUTS = [
  {
    core: '@nats-io/nats-core',
    coreFolder: 'lib',
    stream: '@nats-io/jetstream',
    streamFolder: 'lib',
    versions: '>=3 <4',
  },
  {
    core: 'nats',
    coreFolder: 'lib/nats-base-client',
    stream: 'nats',
    streamFolder: 'lib/jetstream',
    versions: '>=2.12 <3',
  },
] as const

const CONSUMERS = ['PullConsumerImpl', 'OrderedPullConsumerImpl', 'PushConsumerImpl']

/**
 * What is published and requested, and the handlers of what comes: callbacks, and bodies of `for await`, of subscriptions
 * and of JetStream's consumers. The context is in the headers. What the client and JetStream say to the server and answers
 * are not shown: a request ends with its answer. Option `consumer`: `parent` or `link`.
 */
export const nats: Plugin = {
  name: 'nats',
  modules: ['@nats-io/nats-core', '@nats-io/jetstream', 'nats'],
  libraries: ['@nats-io/transport-node, nats-core and jetstream 3', 'nats >=2.12'],
  start: (kit) => {
    const tracer = new NatsTracer(new MessagingTracer('@clew/agent/nats', 'nats', kit))
    return LAYOUTS.flatMap(({ core, coreFolder, stream, streamFolder, versions }) => {
      const inCore = (file: string, patch: (exports: ModuleExports) => void): ModulePatch => ({
        module: core,
        file: `${coreFolder}/${file}`,
        versions,
        patch,
      })
      const inStream = (file: string, patch: (exports: ModuleExports) => void): ModulePatch => ({
        module: stream,
        file: `${streamFolder}/${file}`,
        versions,
        patch,
      })
      const consumers = (exports: ModuleExports): void => {
        for (const name of CONSUMERS) {
          if (exports[name] !== undefined) patchConsumer(tracer, exports[name].prototype as object)
        }
      }
      return [
        inCore('headers.js', (exports) => tracer.useHeaders(exports.headers as () => NatsHeaders)),
        inCore('nats.js', (exports) => patchConnection(tracer, exports.NatsConnectionImpl.prototype as object)),
        inCore('protocol.js', (exports) => patchSubscription(tracer, exports.SubscriptionImpl.prototype as object)),
        inStream('jsclient.js', (exports) => patchStream(tracer, exports.JetStreamClientImpl.prototype as object)),
        inStream('consumer.js', consumers),
        inStream('pushconsumer.js', consumers),
      ]
    })
  },
}
