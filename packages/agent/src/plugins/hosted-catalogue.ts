import type { InstrumentationConfig } from '@opentelemetry/instrumentation'
import { consumeAsAsked } from '../instrumentations/messaging/kafkajs-consumers.ts'
import { receiveAsAsked } from '../instrumentations/messaging/sqs-messages.ts'
import type { PluginKit } from './plugin.ts'

/** An upstream instrumentation the agent hosts: nothing of it is loaded before the program loads one of `modules`. */
export interface HostedInstrumentation {
  /** The package's name after `@opentelemetry/instrumentation-`; also the name by which it is switched. */
  readonly name: string
  readonly className: string
  readonly modules: readonly string[]
  readonly config?: InstrumentationConfig & Readonly<Record<string, unknown>>
  /** A file of versions that the agent's own plugin of this name sees to. */
  readonly unlessFile?: string
  /** The versions it is to see to, where the agent's own plugin of this name has the others. */
  readonly versions?: string
  readonly offByDefault?: true
  /** It finds out by itself what to patch (a handler by its path): it starts at once where `when` says so. */
  readonly native?: true
  /** Settings that depend on the options the user has set. */
  readonly configFor?: (kit: PluginKit) => Readonly<Record<string, unknown>>
  /** Changes how it does something, by the options the user has set. */
  readonly adapt?: (instrumentation: object, kit: PluginKit) => void
  readonly when?: (env: Readonly<Record<string, string | undefined>>) => boolean
}

const inLambda = (env: Readonly<Record<string, string | undefined>>): boolean => Boolean(env['_HANDLER'])

/**
 * The upstream instrumentations, with settings that show requests rather than plumbing: no spans for files, sockets and
 * name look-ups, none for middleware, none for database or cloud calls that belong to no request.
 */
export const HOSTED: readonly HostedInstrumentation[] = [
  { name: 'amqplib', className: 'AmqplibInstrumentation', modules: ['amqplib'] },
  { name: 'aws-lambda', className: 'AwsLambdaInstrumentation', modules: [], native: true, when: inLambda },
  {
    name: 'aws-sdk',
    className: 'AwsInstrumentation',
    modules: [
      '@aws-sdk/middleware-stack',
      '@smithy/middleware-stack',
      '@smithy/core',
      '@aws-sdk/smithy-client',
      '@smithy/smithy-client',
    ],
    config: { suppressInternalInstrumentation: true },
    configFor: receiveAsAsked,
  },
  { name: 'bunyan', className: 'BunyanInstrumentation', modules: ['bunyan'] },
  { name: 'cassandra-driver', className: 'CassandraDriverInstrumentation', modules: ['cassandra-driver'] },
  { name: 'connect', className: 'ConnectInstrumentation', modules: ['connect'] },
  { name: 'cucumber', className: 'CucumberInstrumentation', modules: ['@cucumber/cucumber'] },
  { name: 'dataloader', className: 'DataloaderInstrumentation', modules: ['dataloader'] },
  { name: 'dns', className: 'DnsInstrumentation', modules: ['dns', 'dns/promises'], offByDefault: true },
  {
    name: 'express',
    className: 'ExpressInstrumentation',
    modules: ['express'],
    // The route becomes the name of the request's span; a span for each layer says nothing more.
    config: { ignoreLayersType: ['middleware', 'router', 'request_handler'] },
  },
  { name: 'fs', className: 'FsInstrumentation', modules: ['fs', 'fs/promises'], offByDefault: true },
  { name: 'generic-pool', className: 'GenericPoolInstrumentation', modules: ['generic-pool'] },
  {
    name: 'graphql',
    className: 'GraphQLInstrumentation',
    modules: ['graphql'],
    config: { ignoreTrivialResolveSpans: true, mergeItems: true },
  },
  { name: 'grpc', className: 'GrpcInstrumentation', modules: ['@grpc/grpc-js'] },
  { name: 'hapi', className: 'HapiInstrumentation', modules: ['@hapi/hapi'] },
  { name: 'host-metrics', className: 'HostMetricsInstrumentation', modules: [], native: true, offByDefault: true },
  {
    name: 'ioredis',
    className: 'IORedisInstrumentation',
    modules: ['ioredis'],
    config: { requireParentSpan: true },
    unlessFile: 'built/tracing.js',
  },
  { name: 'kafkajs', className: 'KafkaJsInstrumentation', modules: ['kafkajs'], adapt: consumeAsAsked },
  // The calls of its drivers are shown: these would show them twice. Likewise mongoose.
  { name: 'knex', className: 'KnexInstrumentation', modules: ['knex'], offByDefault: true },
  { name: 'koa', className: 'KoaInstrumentation', modules: ['koa'], config: { ignoreLayersType: ['middleware'] } },
  { name: 'lru-memoizer', className: 'LruMemoizerInstrumentation', modules: ['lru-memoizer'] },
  { name: 'memcached', className: 'MemcachedInstrumentation', modules: ['memcached'] },
  { name: 'mongodb', className: 'MongoDBInstrumentation', modules: ['mongodb'], versions: '<6' },
  { name: 'mongoose', className: 'MongooseInstrumentation', modules: ['mongoose'], offByDefault: true },
  { name: 'mysql', className: 'MySQLInstrumentation', modules: ['mysql'] },
  { name: 'mysql2', className: 'MySQL2Instrumentation', modules: ['mysql2'], unlessFile: 'lib/tracing.js' },
  { name: 'nestjs-core', className: 'NestInstrumentation', modules: ['@nestjs/core'], offByDefault: true },
  { name: 'net', className: 'NetInstrumentation', modules: ['net'], offByDefault: true },
  { name: 'openai', className: 'OpenAIInstrumentation', modules: ['openai'] },
  { name: 'oracledb', className: 'OracleInstrumentation', modules: ['oracledb'] },
  {
    name: 'pg',
    className: 'PgInstrumentation',
    modules: ['pg', 'pg-pool'],
    config: { requireParentSpan: true },
  },
  { name: 'pino', className: 'PinoInstrumentation', modules: ['pino'] },
  {
    name: 'redis',
    className: 'RedisInstrumentation',
    modules: ['redis', '@redis/client', '@node-redis/client'],
    unlessFile: 'dist/lib/client/tracing.js',
  },
  { name: 'restify', className: 'RestifyInstrumentation', modules: ['restify'] },
  // Express 5 is built on `router`: both would report the same layer.
  { name: 'router', className: 'RouterInstrumentation', modules: ['router'], offByDefault: true },
  { name: 'socket.io', className: 'SocketIoInstrumentation', modules: ['socket.io'] },
  { name: 'tedious', className: 'TediousInstrumentation', modules: ['tedious'] },
  { name: 'winston', className: 'WinstonInstrumentation', modules: ['winston'] },
]

/** What sees HTTP where the SDK's own tracer is asked for. */
export const HOSTED_HTTP: readonly HostedInstrumentation[] = [
  { name: 'http', className: 'HttpInstrumentation', modules: ['http', 'https'] },
  { name: 'undici', className: 'UndiciInstrumentation', modules: [], native: true },
]
