import { apiCopiesPlugin } from '../instrumentations/api-copies.ts'
import { httpPlugin, undiciPlugin } from '../instrumentations/http/plugins.ts'
import { fastify } from '../instrumentations/fastify.ts'
import { hapi } from '../instrumentations/hapi.ts'
import { hono } from '../instrumentations/hono.ts'
import { cron } from '../instrumentations/hops/cron.ts'
import { childProcess } from '../instrumentations/hops/environment.ts'
import { piscina } from '../instrumentations/hops/piscina.ts'
import { processMessages } from '../instrumentations/hops/process-messages.ts'
import { workerThreads } from '../instrumentations/hops/worker-threads.ts'
import { http2Plugin } from '../instrumentations/http2/plugin.ts'
import { ioredis } from '../instrumentations/ioredis.ts'
import { koa } from '../instrumentations/koa.ts'
import { awsLambda } from '../instrumentations/lambda/aws-lambda.ts'
import { bunyan } from '../instrumentations/logging/bunyan.ts'
import { bullmq } from '../instrumentations/messaging/bullmq.ts'
import { mqtt } from '../instrumentations/messaging/mqtt.ts'
import { nats } from '../instrumentations/messaging/nats/nats.ts'
import { ws } from '../instrumentations/messaging/ws.ts'
import { mongodb } from '../instrumentations/mongodb.ts'
import { mysql2 } from '../instrumentations/mysql2.ts'
import { next } from '../instrumentations/next.ts'
import { ownSdk } from '../instrumentations/own-sdk.ts'
import { pg } from '../instrumentations/pg.ts'
import { postgres } from '../instrumentations/postgres.ts'
import { redis } from '../instrumentations/redis.ts'
import { runtimeMetrics } from '../instrumentations/runtime-metrics.ts'
import { betterSqlite3 } from '../instrumentations/sqlite/better-sqlite3.ts'
import { nodeSqlite } from '../instrumentations/sqlite/node-sqlite.ts'
import { HOSTED, HOSTED_HTTP } from './hosted-catalogue.ts'
import { hostUpstream } from './host-upstream.ts'
import type { Plugin } from './plugin.ts'

/**
 * The agent's own plugins, one line each. One of the same name takes the place of what is hosted from upstream, or only of
 * the versions that have what it needs.
 */
const OWN: readonly Plugin[] = [
  httpPlugin,
  undiciPlugin,
  http2Plugin,
  apiCopiesPlugin,
  ownSdk,
  awsLambda,
  fastify,
  hapi,
  hono,
  ioredis,
  koa,
  bullmq,
  bunyan,
  mongodb,
  mysql2,
  next,
  pg,
  postgres,
  redis,
  betterSqlite3,
  nodeSqlite,
  mqtt,
  nats,
  ws,
  childProcess,
  processMessages,
  workerThreads,
  piscina,
  cron,
  runtimeMetrics,
]

/** Every library the agent knows, by name; with `sdkHttp` requests are seen to by upstream's instrumentations too. */
export function allPlugins({ sdkHttp }: { readonly sdkHttp: boolean }): readonly Plugin[] {
  const replaced = new Set(sdkHttp ? HOSTED_HTTP.map(({ name }) => name) : [])
  const ours = OWN.filter(({ name }) => !replaced.has(name))
  const own = new Set(ours.map(({ name }) => name))
  const hosted = [...HOSTED, ...HOSTED_HTTP]
  const remains = hosted.filter(
    ({ name, unlessFile, versions }) => !own.has(name) || unlessFile !== undefined || versions !== undefined,
  )
  return [...ours, ...remains.map(hostUpstream)]
}
