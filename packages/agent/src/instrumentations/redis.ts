import type { Plugin } from '../plugins/plugin.ts'
import { traceRedis } from './redis-channels.ts'

/** By the channels of node-redis itself, where it has them; in older versions upstream's instrumentation is hosted. */
export const redis: Plugin = {
  name: 'redis',
  modules: [],
  libraries: ['redis and @redis/client with channels of their own (tested: 6.3)'],
  start: (kit) => traceRedis(kit, '@clew/agent/redis', { command: 'node-redis:command', batch: 'node-redis:batch' }),
}
