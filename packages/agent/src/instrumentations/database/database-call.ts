import { SpanKind, trace, type Attributes, type Context, type Tracer } from '@opentelemetry/api'
import type { DurationDefinition, DurationRecorders, RecordDuration } from '../../metrics/duration-producer.ts'
import type { TracedCall } from '../channels/trace-channel.ts'
import { errorType, failSpan } from '../span-failure.ts'
import { noteRootless } from '../../context/lost-context.ts'
import { summarizeSql } from './sql-summary.ts'

/** What is known of a call to a database when it is made, after the semantic conventions for database clients. */
export interface DatabaseCall {
  /** `db.system.name`: `postgresql`, `redis` … */
  readonly system: string
  /** A statement in SQL: gives text, summary, operation and table. */
  readonly sql?: string | undefined
  /** Text of a command that is no SQL, already without values. */
  readonly text?: string | undefined
  readonly operation?: string | undefined
  readonly collection?: string | undefined
  readonly namespace?: string | undefined
  readonly server?: string | undefined
  readonly port?: number | undefined
  /** Calls in one round trip, when more than one. */
  readonly batchSize?: number | undefined
}

/** Boundaries of the semantic conventions. */
const BOUNDARIES_SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]

/** What tells one series from another: attributes without the text of the query. */
interface CallFacts {
  readonly attributes: Attributes
  readonly errorType: string | undefined
}

function durationIn(scope: string): DurationDefinition<CallFacts> {
  return {
    scope,
    name: 'db.client.operation.duration',
    description: 'Duration of database client operations.',
    boundaries: BOUNDARIES_SECONDS,
    keyOf: ({ attributes, errorType: type }) => `${Object.values(attributes).join(' ')} ${type ?? ''}`,
    attributesOf: ({ attributes, errorType: type }) =>
      type === undefined ? attributes : { ...attributes, 'error.type': type },
  }
}

/** A call that has begun; `end` is to be called once. */
export type DatabaseSpan<M> = TracedCall<M> & { readonly end: (message: M) => void }

/** Makes spans and durations of one library's calls. */
export class DatabaseTracer {
  readonly #tracer: Tracer
  readonly #record: RecordDuration<CallFacts> | undefined

  constructor(scope: string, { durations }: { readonly durations: DurationRecorders }) {
    this.#tracer = trace.getTracer(scope)
    this.#record = durations(durationIn(scope))
  }

  /**
   * A client span and a duration for one call. No span outside of a trace: what keeps a pool alive belongs to no
   * request; its duration counts all the same.
   */
  begin<M extends { readonly error?: unknown }>(call: DatabaseCall, active: Context): DatabaseSpan<M> {
    const startMs = performance.now()
    const { attributes, name, text } = describe(call)
    const inTrace = trace.getSpan(active) !== undefined
    if (!inTrace) noteRootless(name)
    const span = inTrace ? this.#tracer.startSpan(name, { kind: SpanKind.CLIENT }, active) : undefined
    if (span?.isRecording()) {
      span.setAttributes(attributes)
      if (text !== undefined) span.setAttribute('db.query.text', text)
    }
    return {
      ...(span === undefined ? {} : { span }),
      end: ({ error }) => {
        const failed = error !== undefined && error !== null
        if (failed && span !== undefined) failSpan(span, error)
        span?.end()
        const seconds = (performance.now() - startMs) / 1000
        this.#record?.(seconds, { attributes, errorType: failed ? errorType(error) : undefined }, span)
      },
    }
  }
}

interface Description {
  readonly name: string
  readonly attributes: Attributes
  readonly text: string | undefined
}

function describe(call: DatabaseCall): Description {
  const { system, sql, namespace, server, port, batchSize } = call
  const read = sql === undefined ? undefined : summarizeSql(sql)
  const operation = call.operation ?? read?.operation
  const collection = call.collection ?? read?.collection
  const attributes: Attributes = { 'db.system.name': system }
  if (operation !== undefined) attributes['db.operation.name'] = operation
  if (collection !== undefined) attributes['db.collection.name'] = collection
  if (read !== undefined && read.summary !== '') attributes['db.query.summary'] = read.summary
  if (namespace !== undefined) attributes['db.namespace'] = namespace
  if (server !== undefined) attributes['server.address'] = server
  if (port !== undefined) attributes['server.port'] = port
  if (batchSize !== undefined) attributes['db.operation.batch.size'] = batchSize
  const name = read?.summary || [operation, collection ?? namespace ?? server].filter(Boolean).join(' ') || system
  return { name, attributes, text: read?.text ?? call.text }
}
