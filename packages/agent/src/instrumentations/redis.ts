import type { Plugin } from '../plugins/plugin.ts'
import { traceRedis } from './redis-channels.ts'

/** By the channels of node-redis itself, which it has since 5.12; before that, upstream's instrumentation is hosted. */
export const redis: Plugin = {
  name: 'redis',
  modules: [],
  libraries: ['redis, @redis/client >=5.12'],
  start: (kit) =>
    traceRedis(kit, '@clew/agent/redis', { command: 'node-redis:command', batch: 'node-redis:batch' }),
}
