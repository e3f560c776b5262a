import type { Plugin } from '../plugins/plugin.ts'
import { traceRedis } from './redis-channels.ts'

/** By the channels of ioredis itself, which it has since 5.11; before that, upstream's instrumentation is hosted. */
export const ioredis: Plugin = {
  name: 'ioredis',
  modules: [],
  libraries: ['ioredis >=5.11'],
  start: (kit) =>
    traceRedis(kit, '@clew/agent/ioredis', { command: 'ioredis:command', batch: 'ioredis:batch' }),
}
