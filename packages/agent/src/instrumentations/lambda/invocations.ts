import {
  context as contextApi,
  defaultTextMapGetter,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Context,
  type Link,
  type Span,
  type Tracer,
} from '@opentelemetry/api'
import { requestBegins, requestEnds } from '../../context/lost-context.ts'
import { XRayPropagator } from '../../propagation/xray-propagator.ts'
import { reportOnce } from '../../report-once.ts'
import { failSpan } from '../span-failure.ts'
import { flushInvocation } from './flush-invocation.ts'
import {
  eventOf,
  headersOf,
  requestAttributes,
  triggerOf,
  type LambdaEvent,
  type LambdaRecord,
} from './lambda-event.ts'

/** A handler as Lambda calls it; of a streaming one the second argument is the stream. */
export type LambdaHandler = (this: unknown, ...args: unknown[]) => unknown

interface LambdaContext {
  readonly functionName?: string
  readonly awsRequestId?: string
  readonly invokedFunctionArn?: string
  readonly getRemainingTimeInMillis?: () => number
}

interface Invocation {
  readonly span: Span
  readonly context: Context
  readonly remainingMs: () => number
}

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming')
const TRACE_HEADER = 'x-amzn-trace-id'
/** Between the last of the telemetry and the time at which Lambda ends the function. */
const SPARE_MS = 50
const xray = new XRayPropagator()

/** Makes the spans of one function's invocations. */
export class Invocations {
  readonly #tracer: Tracer
  readonly #relation: 'parent' | 'link'
  #cold = process.env['AWS_LAMBDA_INITIALIZATION_TYPE'] !== 'provisioned-concurrency'

  constructor(tracer: Tracer, relation: 'parent' | 'link') {
    this.#tracer = tracer
    this.#relation = relation
  }

  /** The handler with a span around each invocation, and the telemetry sent before its answer. */
  wrap(handler: LambdaHandler): LambdaHandler {
    const streaming = Reflect.get(handler, STREAMING) !== undefined
    const begin = (args: unknown[]): Invocation | undefined =>
      this.#begin(args[0], args[streaming ? 2 : 1] as LambdaContext | undefined)
    const run = this.#run.bind(this)
    const traced: LambdaHandler = function handle(...args) {
      const invocation = begin(args)
      return invocation === undefined ? handler.apply(this, args) : run(invocation, this, handler, args, streaming)
    }
    // The runtime decides by these how it calls a handler.
    Object.defineProperty(traced, 'length', { value: handler.length, configurable: true })
    for (const symbol of Object.getOwnPropertySymbols(handler)) {
      Object.defineProperty(traced, symbol, Object.getOwnPropertyDescriptor(handler, symbol) ?? {})
    }
    return traced
  }

  #run(
    { span, context, remainingMs }: Invocation,
    self: unknown,
    handler: LambdaHandler,
    args: unknown[],
    streaming: boolean,
  ): unknown {
    let over = false
    const end = async (error: unknown, answer: unknown): Promise<void> => {
      if (over) return
      over = true
      requestEnds()
      endSpan(span, error, answer)
      await flushInvocation(remainingMs())
    }
    const [event, second, callback, ...rest] = args
    const given =
      !streaming && typeof callback === 'function'
        ? [
            event,
            second,
            (error: unknown, answer: unknown): void => {
              void end(error, answer).then(() => (callback as LambdaHandler)(error, answer))
            },
            ...rest,
          ]
        : args
    try {
      const result = contextApi.with(context, () => handler.apply(self, given))
      if (isThenable(result)) {
        return Promise.resolve(result).then(
          (answer) => end(undefined, answer).then(() => answer),
          (error: unknown) =>
            end(error, undefined).then(() => {
              throw error
            }),
        )
      }
      // With three parameters it answers by its callback.
      if (handler.length < 3) void end(undefined, result)
      return result
    } catch (error) {
      void end(error, undefined)
      throw error
    }
  }

  #begin(given: unknown, about: LambdaContext | undefined): Invocation | undefined {
    try {
      return this.#started(eventOf(given), about ?? {})
    } catch (error) {
      reportOnce(`an invocation could not be traced: ${String(error)}`)
      return undefined
    }
  }

  #started(event: LambdaEvent | undefined, about: LambdaContext): Invocation {
    const headers = headersOf(event)
    const { trigger, messages } = triggerOf(event)
    const { parent, links } = this.#origin(headers, messages?.records ?? [])
    const name = messages === undefined ? (about.functionName ?? 'invocation') : `process ${messages.destination}`
    const span = this.#tracer.startSpan(
      name,
      { kind: messages === undefined ? SpanKind.SERVER : SpanKind.CONSUMER, links },
      parent,
    )
    requestBegins()
    const coldstart = this.#cold
    this.#cold = false
    if (span.isRecording()) {
      span.setAttributes({ 'faas.trigger': trigger, 'faas.coldstart': coldstart })
      const { awsRequestId, invokedFunctionArn } = about
      if (awsRequestId !== undefined) span.setAttribute('faas.invocation_id', awsRequestId)
      if (invokedFunctionArn !== undefined) {
        span.setAttribute('cloud.resource_id', invokedFunctionArn)
        const account = invokedFunctionArn.split(':')[4]
        if (account !== undefined) span.setAttribute('cloud.account.id', account)
      }
      if (trigger === 'http' && event !== undefined) span.setAttributes(requestAttributes(event, headers))
      if (messages !== undefined) {
        span.setAttributes({
          'messaging.system': messages.system,
          'messaging.destination.name': messages.destination,
          'messaging.operation.name': 'process',
          'messaging.operation.type': 'process',
          'messaging.batch.message_count': messages.records.length,
        })
      }
    }
    return {
      span,
      context: trace.setSpan(parent, span),
      remainingMs: () => (about.getRemainingTimeInMillis?.() ?? Number.POSITIVE_INFINITY) - SPARE_MS,
    }
  }

  /**
   * Headers of the event name the parent, then messages; the trace that Lambda itself keeps for X-Ray is a link, unless
   * OTEL_PROPAGATORS has `xray`.
   */
  #origin(
    headers: Readonly<Record<string, string>>,
    records: readonly LambdaRecord[],
  ): { readonly parent: Context; readonly links: Link[] } {
    const lambdas = process.env['_X_AMZN_TRACE_ID']
    const carrier = lambdas === undefined || TRACE_HEADER in headers ? headers : { ...headers, [TRACE_HEADER]: lambdas }
    const parent = propagation.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter)
    const senders = records.flatMap((record) => senderOf(record) ?? [])
    const [first] = senders
    if (this.#relation === 'parent' && first !== undefined && senders.length === 1 && records.length === 1) {
      return { parent: first, links: [] }
    }
    const links = senders.map((sender) => ({ context: trace.getSpanContext(sender)! }))
    const own = trace.getSpanContext(parent)
    const ofLambda = lambdas === undefined ? undefined : xrayOf(lambdas)
    if (ofLambda !== undefined && own?.traceId !== ofLambda.traceId) links.push({ context: ofLambda })
    return { parent, links }
  }
}

/** What a message was sent in: in its attributes, or in the header that AWS hands on. */
function senderOf({ messageAttributes, attributes, Sns }: LambdaRecord): Context | undefined {
  const carrier: Record<string, string> = {}
  for (const [name, value] of Object.entries(messageAttributes ?? {})) {
    if (typeof value?.stringValue === 'string') carrier[name.toLowerCase()] = value.stringValue
  }
  for (const [name, value] of Object.entries(Sns?.MessageAttributes ?? {})) {
    if (typeof value?.Value === 'string') carrier[name.toLowerCase()] = value.Value
  }
  const sender = propagation.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter)
  if (trace.getSpanContext(sender) !== undefined) return sender
  const handedOn = xrayOf(attributes?.AWSTraceHeader)
  return handedOn === undefined ? undefined : trace.setSpanContext(ROOT_CONTEXT, handedOn)
}

function xrayOf(header: string | undefined): ReturnType<typeof trace.getSpanContext> {
  if (header === undefined) return undefined
  return trace.getSpanContext(xray.extract(ROOT_CONTEXT, { [TRACE_HEADER]: header }, defaultTextMapGetter))
}

function endSpan(span: Span, error: unknown, answer: unknown): void {
  if (error !== undefined && error !== null) failSpan(span, error)
  else if (typeof answer === 'object' && answer !== null && 'statusCode' in answer) {
    const status = Number(answer.statusCode)
    if (Number.isInteger(status)) span.setAttribute('http.response.status_code', status)
    if (status >= 500) {
      span.setAttribute('error.type', String(status))
      span.setStatus({ code: SpanStatusCode.ERROR })
    }
  }
  span.end()
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
