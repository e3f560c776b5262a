import { ClewError, errorMessage } from '@clew/base/errors'
import type { Logger } from '@clew/base/logger'
import { type Context, Hono } from 'hono'
import { errorAnswer } from '../../http/api-error.ts'
import type { Question } from '../../run/question.ts'
import { fullTraceId } from '../../traces/locate-trace.ts'
import { jaegerAnswer, type JaegerError, jaegerFailure } from './answer.ts'
import { jaegerDependencies, jaegerOperations, jaegerServices } from './names.ts'
import { outlineJaegerTraces, searchJaegerTraces, type TraceOutline } from './read-traces.ts'
import { readInteger, readSearchParams, readTraceId, serviceValue } from './search-params.ts'
import { jaegerTracesBody } from './write-traces.ts'

const DEFAULT_LOOKBACK_MILLIS = 24n * 3_600_000n

/** The HTTP API of Jaeger's query service, for clients that speak it: Grafana's data source, Jaeger's own UI and tools. */
export function jaegerApi(ask: (abort: AbortSignal) => Question, logger: Logger): Hono {
  const app = new Hono()
  const traces = (
    context: Context,
    outlines: readonly TraceOutline[],
    errors: readonly JaegerError[],
    question: Question,
  ): Response => {
    context.header('content-type', 'application/json')
    return context.body(jaegerTracesBody(outlines, errors, question, logger))
  }
  app.get('/services', async (context) => {
    const services = await jaegerServices(ask(context.req.raw.signal))
    return context.json(jaegerAnswer(services, services.length))
  })
  app.get('/services/:service/operations', async (context) => {
    const service = serviceValue(context.req.param('service'))
    const operations = await jaegerOperations(service, '', ask(context.req.raw.signal))
    const names = [...new Set(operations.map((operation) => operation.name))]
    return context.json(jaegerAnswer(names, names.length))
  })
  app.get('/operations', async (context) => {
    const { searchParams } = new URL(context.req.url)
    const service = searchParams.get('service') ?? ''
    if (service === '') throw new ClewError('BAD_INPUT', "parameter 'service' is required")
    const kind = searchParams.get('spanKind') ?? ''
    const operations = await jaegerOperations(serviceValue(service), kind, ask(context.req.raw.signal))
    return context.json(jaegerAnswer(operations, operations.length))
  })
  app.get('/traces', async (context) => {
    const question = ask(context.req.raw.signal)
    const search = readSearchParams(new URL(context.req.url).searchParams, question.nowNanos)
    if (search.traceIds.length === 0) {
      return traces(context, await searchJaegerTraces(search, question), [], question)
    }
    const outlines = await outlineJaegerTraces(search.traceIds, question)
    const found = new Set(outlines.map((outline) => outline.traceId))
    const missing = search.traceIds.map(fullTraceId).filter((id) => !found.has(id))
    const errors = missing.map((traceID) => ({ msg: 'trace not found', traceID }))
    return traces(context, outlines, errors, question)
  })
  app.get('/traces/:traceId', async (context) => {
    const traceId = readTraceId(context.req.param('traceId'))
    const question = ask(context.req.raw.signal)
    const outlines = await outlineJaegerTraces([traceId], question)
    if (outlines.length === 0) throw new ClewError('TRACE_NOT_FOUND', 'trace not found')
    return traces(context, outlines, [], question)
  })
  app.get('/dependencies', async (context) => {
    const question = ask(context.req.raw.signal)
    const { searchParams } = new URL(context.req.url)
    const endMillis = readInteger(searchParams, 'endTs') ?? question.nowNanos / 1_000_000n
    const lookbackMillis = readInteger(searchParams, 'lookback') ?? DEFAULT_LOOKBACK_MILLIS
    return context.json(jaegerAnswer(await jaegerDependencies(endMillis, lookbackMillis, question)))
  })
  app.all('*', () => {
    throw new ClewError('NOT_FOUND', 'there is no such path in the Jaeger query API')
  })
  app.onError((error, context) => {
    const answer = errorAnswer(error)
    if (answer.unexpected) logger.error('a Jaeger query failed', { path: context.req.path, error: errorMessage(error) })
    context.header('cache-control', 'no-store')
    return context.json(jaegerFailure(answer.status, answer.body.error.message), answer.status as 500)
  })
  return app
}
