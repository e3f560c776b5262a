import { assertUnreachable } from '@clew/base/errors'
import type { Span } from '../model.ts'
import { attributesOf } from './attributes-of.ts'
import type { Random } from './random.ts'
import { type Operation, SHOP, SHOP_ENTRIES, type Step } from './shop-topology.ts'
import {
  type Attributes,
  cacheClient,
  httpClient,
  httpServer,
  internal,
  messaging,
  rpc,
  sqlClient,
  traceContext,
  type TraceContext,
} from './span-attributes.ts'

/** A span with the service that made it. */
export interface GeneratedSpan {
  readonly service: string
  readonly span: Span
}

const INTERNAL = 1
const SERVER = 2
const CLIENT = 3
const PRODUCER = 4
const CONSUMER = 5
const STATUS_ERROR = 2
/** Span flags: sampled, and "the parent is remote" is known; and it is. */
const SAMPLED = 0x01
const HAS_REMOTE = 0x100
const IS_REMOTE = 0x200

interface Walk {
  readonly context: TraceContext
  readonly traceId: string
  readonly spans: GeneratedSpan[]
  /** Probability that a step fails; 0 for most traces. */
  failRate: number
  /** Factor on the time of one kind of step: what makes a slow trace slow. */
  readonly slowSql: number
}

interface Done {
  readonly endNanos: bigint
  readonly failed: boolean
}

/**
 * One request through the shop as spans, 5 to 25 of them over several services, nested in time, ending at or before
 * `endNanos`. Some fail (with an exception event), some are slow, one kind repeats a query for each row.
 */
export function generateTrace(random: Random, endNanos: bigint): GeneratedSpan[] {
  const walk: Walk = {
    context: traceContext(random),
    traceId: random.hex(16),
    spans: [],
    failRate: random.chance(0.04) ? 0.35 : 0,
    slowSql: random.chance(0.03) ? 40 : 1,
  }
  const operation = SHOP['storefront']!.operations[random.pick(SHOP_ENTRIES)]!
  serve(walk, 'storefront', operation, 'http', undefined, 0n)
  let last = 0n
  for (const { span } of walk.spans) if (span.endTimeUnixNano! > last) last = span.endTimeUnixNano!
  const shift = endNanos - last
  for (const { span } of walk.spans) {
    span.startTimeUnixNano = span.startTimeUnixNano! + shift
    span.endTimeUnixNano = span.endTimeUnixNano! + shift
    for (const event of span.events ?? []) event.timeUnixNano = event.timeUnixNano! + shift
  }
  return walk.spans
}

function nanos(walk: Walk, ms: number): bigint {
  return BigInt(Math.max(1000, Math.round(walk.context.random.latency(ms) * 1e6)))
}

/** Adds a span whose end and attributes are set later. */
function begin(walk: Walk, service: string, name: string, kind: number, parent: Span | undefined, start: bigint): Span {
  const span: Span = {
    traceId: walk.traceId,
    spanId: walk.context.random.hex(8),
    ...(parent === undefined ? {} : { parentSpanId: parent.spanId! }),
    flags: SAMPLED | HAS_REMOTE | ((kind === SERVER || kind === CONSUMER) && parent !== undefined ? IS_REMOTE : 0),
    name,
    kind,
    startTimeUnixNano: start,
  }
  walk.spans.push({ service, span })
  return span
}

function finish(span: Span, end: bigint, attributes: Attributes, failed: boolean): Done {
  span.endTimeUnixNano = end
  span.attributes = attributesOf(attributes)
  if (failed) span.status = { code: STATUS_ERROR, ...(span.events === undefined ? {} : { message: 'request failed' }) }
  return { endNanos: end, failed }
}

function fail(walk: Walk, span: Span, at: bigint, type: string, message: string): void {
  span.events = [
    {
      timeUnixNano: at,
      name: 'exception',
      attributes: attributesOf({
        'exception.type': type,
        'exception.message': message,
        'exception.stacktrace': `${type}: ${message}\n    at run (/srv/app/src/run.js:${walk.context.random.between(10, 300)}:11)\n    at handle (/srv/app/src/handle.js:52:7)`,
      }),
    },
  ]
}

function serve(
  walk: Walk,
  service: string,
  operation: Operation,
  protocol: 'http' | 'grpc' | 'queue',
  parent: Span | undefined,
  start: bigint,
): Done {
  const name =
    protocol === 'grpc'
      ? `shop.v1.${operation.name}`
      : protocol === 'queue'
        ? `process ${operation.name}`
        : operation.name
  const span = begin(
    walk,
    service,
    name,
    protocol === 'queue' ? CONSUMER : SERVER,
    protocol === 'queue' ? undefined : parent,
    start,
  )
  if (protocol === 'queue' && parent !== undefined) {
    // Consumers of a queue belong to the same trace as a child and also link to the message's span.
    span.parentSpanId = parent.spanId!
    span.links = [
      { traceId: walk.traceId, spanId: parent.spanId!, attributes: attributesOf({ 'link.kind': 'message' }) },
    ]
  }
  const pause = nanos(walk, operation.ms / (operation.steps.length + 1))
  let now = start + pause
  let failed = false
  for (const step of operation.steps) {
    for (let i = 0; i < (step.kind === 'sql' ? (step.repeat ?? 1) : 1) && !failed; i++) {
      const done = take(walk, service, step, span, now)
      now = done.endNanos + (step.kind === 'queue' ? 0n : pause / 4n)
      failed = done.failed
    }
  }
  now += pause
  const status = failed ? 500 : walk.context.random.chance(0.02) ? 404 : 200
  const attributes =
    protocol === 'grpc'
      ? rpc(walk.context, service, operation.name, failed)
      : protocol === 'queue'
        ? messaging(walk.context, operation.name, 'process')
        : httpServer(walk.context, service, operation.name, status)
  return finish(span, now, attributes, failed)
}

function take(walk: Walk, service: string, step: Step, parent: Span, start: bigint): Done {
  const { context } = walk
  switch (step.kind) {
    case 'sql': {
      const span = begin(walk, service, step.summary, CLIENT, parent, start)
      const end = start + nanos(walk, step.ms * walk.slowSql)
      const failed = context.random.chance(walk.failRate)
      if (failed) fail(walk, span, end, 'QueryTimeout', `canceling statement on ${step.table} due to statement timeout`)
      return finish(span, end, sqlClient(context, service, step), failed)
    }
    case 'cache': {
      const span = begin(walk, service, step.command, CLIENT, parent, start)
      return finish(
        span,
        start + nanos(walk, step.ms),
        cacheClient(context, step.command, `session:${context.sessionId}`),
        false,
      )
    }
    case 'work': {
      const span = begin(walk, service, step.name, INTERNAL, parent, start)
      const end = start + nanos(walk, step.ms)
      const failed = context.random.chance(walk.failRate / 2)
      if (failed) fail(walk, span, end, 'TypeError', "Cannot read properties of undefined (reading 'price')")
      return finish(span, end, internal(context, service, step.name), failed)
    }
    case 'queue': {
      const span = begin(walk, service, `send ${step.topic}`, PRODUCER, parent, start)
      const done = finish(span, start + nanos(walk, 1.2), messaging(context, step.topic, 'send'), false)
      serve(
        walk,
        step.service,
        SHOP[step.service]!.operations[step.operation]!,
        'queue',
        span,
        done.endNanos + nanos(walk, 30),
      )
      return done
    }
    case 'http':
    case 'grpc': {
      const operation = SHOP[step.service]!.operations[step.operation]!
      const grpc = step.kind === 'grpc'
      const name = grpc ? `shop.v1.${operation.name}` : (operation.name.split(' ')[0] ?? '')
      const span = begin(walk, service, name, CLIENT, parent, start)
      const network = nanos(walk, 0.4)
      const done = serve(walk, step.service, operation, step.kind, span, start + network)
      const attributes = grpc
        ? rpc(context, step.service, operation.name, done.failed)
        : httpClient(context, step.service, operation.name, done.failed ? 500 : 200)
      return finish(span, done.endNanos + network, attributes, done.failed)
    }
    default:
      return assertUnreachable(step)
  }
}
