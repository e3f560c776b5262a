import type { Clock } from '@clew/base/clock'
import { ClewError, errorMessage } from '@clew/base/errors'
import type { Logger } from '@clew/base/logger'
import { endpoints } from '@clew/contract/endpoints'
import { Hono, type Context } from 'hono'
import { compress } from 'hono/compress'
import {
  NO_AUTH,
  type AuthPort,
  type ControlPort,
  type PipelinePort,
  type StatusPort,
  type StorePort,
} from '../ports.ts'
import { KeyTable } from '../attributes/list-keys.ts'
import { KeyCatalogue } from '../run/key-catalogue.ts'
import { Question, type QueryLimits } from '../run/question.ts'
import { RecentTraces } from '../traces/recent-traces.ts'
import { errorAnswer } from './api-error.ts'
import { authGuard, staysAllowed } from './auth-guard.ts'
import { AGENT_PATHS, agentProtocols } from './agent-protocols.ts'
import { callerGuard } from './caller-guard.ts'
import { Callers } from './callers.ts'
import { openApi } from './openapi.ts'
import { readInput } from './read-input.ts'
import { routes, type AnswerParts } from './routes.ts'
import { securityHeaders } from './security-headers.ts'
import { sessionRoutes } from './session-routes.ts'
import { staticFiles } from './static-files.ts'
import { streams } from './streams.ts'
import { readinessText } from './readiness-text.ts'
import { jaegerApi } from '../compat/jaeger/api.ts'

export interface AppOptions {
  readonly store: StorePort
  readonly status: StatusPort
  readonly pipeline: PipelinePort
  readonly control: ControlPort
  readonly version: string
  readonly webDir?: string
  readonly limits?: Partial<QueryLimits>
  readonly recentTraceBytes?: number
  readonly allowedHosts?: readonly string[]
  readonly auth?: AuthPort
  /** This server speaks TLS itself. */
  readonly secure?: boolean
  readonly clock: Clock
  readonly logger: Logger
}

const DEFAULT_LIMITS: QueryLimits = {
  maxExecutionMs: 30_000,
  maxBytesToRead: 50 * 2 ** 30,
  maxMemoryBytes: 2 * 2 ** 30,
}
const DEFAULT_RECENT_TRACE_BYTES = 128 * 2 ** 20

/** All HTTP of the query side as one Hono app. */
export function createApp(options: AppOptions): Hono {
  const { store, clock, logger, pipeline, status } = options
  const catalogue = new KeyCatalogue(store, store.keys, clock)
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const parts: AnswerParts = {
    recentTraces: new RecentTraces(options.recentTraceBytes ?? DEFAULT_RECENT_TRACE_BYTES),
    keyTable: new KeyTable(store.keys, clock),
    keys: store.keys,
    status,
    pipeline,
    control: options.control,
  }
  const ask = (abort: AbortSignal): Question => new Question({ engine: store, catalogue, clock, limits, abort })

  const app = new Hono()
  app.use(securityHeaders(options.secure === true))
  app.use(callerGuard(options.allowedHosts ?? []))
  const uiFiles = options.webDir === undefined ? undefined : staticFiles(options.webDir)
  const callers = new Callers(options.auth ?? NO_AUTH, clock, options.secure === true)
  app.use(authGuard(callers, [...endpoints, ...AGENT_PATHS], uiFiles))
  app.use(compress({ threshold: 1024 }))

  for (const { endpoint, answer } of routes) {
    app.on(endpoint.method, endpoint.path, async (context) => {
      const input = readInput(
        endpoint,
        context.req.param() as Record<string, string>,
        new URL(context.req.url).searchParams,
      )
      const document = await answer(input, ask(context.req.raw.signal), parts)
      context.header('cache-control', 'no-store')
      return context.json(document as object)
    })
  }
  for (const { endpoint, open } of streams) {
    app.on(endpoint.method, endpoint.path, async (context) => {
      const input = readInput(
        endpoint,
        context.req.param() as Record<string, string>,
        new URL(context.req.url).searchParams,
      )
      return await open(context, input, pipeline, clock, staysAllowed(callers, context, endpoint))
    })
  }
  sessionRoutes(app, callers)
  const description = openApi(options.version)
  app.get('/api/openapi.json', (context) => context.json(description))
  app.route('/jaeger/api', jaegerApi(ask, logger))
  agentProtocols(app, options.control)
  health(app, status, pipeline)

  const paths = new Set(endpoints.map((endpoint) => endpoint.path))
  for (const path of paths) {
    app.all(path, () => {
      throw new ClewError('METHOD_NOT_ALLOWED', 'this method is not for this path', { fix: 'see /api/openapi.json' })
    })
  }
  app.all('/api/*', (context) => {
    throw new ClewError('NOT_FOUND', `there is no ${context.req.path}`, { fix: 'see /api/openapi.json' })
  })
  if (uiFiles !== undefined) app.use(uiFiles)
  app.notFound(() => {
    throw new ClewError('NOT_FOUND', 'there is nothing here', { fix: 'the API is described at /api/openapi.json' })
  })
  app.onError((error, context) => failure(error, context, logger))
  return app
}

function health(app: Hono, status: StatusPort, pipeline: PipelinePort): void {
  app.get('/healthz', (context) => context.text('ok\n'))
  app.get('/readyz', (context) => {
    context.header('cache-control', 'no-store')
    const isReady = status.ready()
    return context.text(readinessText(isReady, status.troubles()), isReady ? 200 : 503)
  })
  app.get('/metrics', async (context) => {
    context.header('content-type', 'text/plain; version=0.0.4; charset=utf-8')
    return context.body(await pipeline.metricsText())
  })
}

function failure(error: Error, context: Context, logger: Logger): Response {
  const answer = errorAnswer(error)
  if (answer.unexpected) {
    logger.error('a request failed', { path: context.req.path, error: errorMessage(error), stack: error.stack })
  }
  context.header('cache-control', 'no-store')
  return context.json(answer.body, answer.status as 500)
}
