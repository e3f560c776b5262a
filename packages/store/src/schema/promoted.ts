import type { Column } from './table.ts'

/**
 * Attribute keys that have a column of their own, because people filter and group by them.
 *
 * - A column holds values of one OTLP type only. A value of another type, and the type's zero value (empty text, 0), stays
 *   in the `Attributes` map under its key, so the column's default always means "look in the map".
 * - Only the first attribute of a key goes to the column; duplicates stay in the map.
 */
export interface PromotedAttribute {
  readonly key: string
  readonly column: string
  readonly type: 'string' | 'int'
  /** Dictionary encoding: for keys with few distinct values. */
  readonly lowCardinality: boolean
}

function low(key: string): PromotedAttribute {
  return { key, column: promotedColumnName(key), type: 'string', lowCardinality: true }
}

function text(key: string): PromotedAttribute {
  return { key, column: promotedColumnName(key), type: 'string', lowCardinality: false }
}

function int(key: string): PromotedAttribute {
  return { key, column: promotedColumnName(key), type: 'int', lowCardinality: false }
}

/** A number with few distinct values: ports, status codes. */
function lowInt(key: string): PromotedAttribute {
  return { key, column: promotedColumnName(key), type: 'int', lowCardinality: true }
}

/** `http.request.method` → `a_http_request_method`. */
function promotedColumnName(key: string): string {
  return `a_${key.replaceAll('.', '_')}`
}

/** Span attributes with a column. Appending here needs a migration that adds the column. */
export const PROMOTED_SPAN_ATTRIBUTES: readonly PromotedAttribute[] = [
  low('http.request.method'),
  lowInt('http.response.status_code'),
  low('http.route'),
  low('url.path'),
  low('url.full'),
  low('server.address'),
  lowInt('server.port'),
  low('db.system.name'),
  low('db.namespace'),
  low('db.collection.name'),
  low('db.operation.name'),
  low('db.query.text'),
  low('rpc.system'),
  low('rpc.service'),
  low('rpc.method'),
  low('messaging.system'),
  low('messaging.destination.name'),
  low('messaging.operation.type'),
  low('error.type'),
  low('peer.service'),
  low('faas.trigger'),
  text('user.id'),
  text('session.id'),
  low('gen_ai.operation.name'),
  low('gen_ai.provider.name'),
  low('gen_ai.request.model'),
  text('gen_ai.conversation.id'),
  int('gen_ai.usage.input_tokens'),
  int('gen_ai.usage.output_tokens'),
  // Written by most instrumentations on most spans: in the map they are the larger part of what a span takes.
  low('url.scheme'),
  low('client.address'),
  low('user_agent.original'),
  low('network.peer.address'),
  lowInt('network.peer.port'),
  low('network.transport'),
  low('network.protocol.version'),
  lowInt('thread.id'),
  low('thread.name'),
  low('db.query.summary'),
  int('db.response.returned_rows'),
  int('http.request.body.size'),
  int('http.response.body.size'),
  lowInt('rpc.grpc.status_code'),
  low('code.function.name'),
  low('code.file.path'),
  lowInt('code.line.number'),
  low('messaging.operation.name'),
]

/** Log record attributes with a column. */
export const PROMOTED_LOG_ATTRIBUTES: readonly PromotedAttribute[] = [
  low('exception.type'),
  low('log.logger.name'),
  low('code.function.name'),
  low('error.type'),
  text('user.id'),
  text('session.id'),
]

/** Whether a key has a column in every store. */
export function hasBuiltInColumn(level: string, key: string): boolean {
  const list = level === 'span' ? PROMOTED_SPAN_ATTRIBUTES : level === 'log' ? PROMOTED_LOG_ATTRIBUTES : []
  return list.some((attribute) => attribute.key === key)
}

/** The columns of a list of promoted attributes. */
export function promotedColumns(attributes: readonly PromotedAttribute[]): Column[] {
  return attributes.map((attribute) => ({
    name: attribute.column,
    type: promotedType(attribute),
    codec: attribute.type === 'int' && !attribute.lowCardinality ? 'T64, ZSTD(1)' : 'ZSTD(1)',
    comment: `Attribute ${attribute.key} of type ${attribute.type}; the default value means: not here, see Attributes`,
  }))
}

function promotedType({ type, lowCardinality }: PromotedAttribute): string {
  const plain = type === 'int' ? 'Int64' : 'String'
  return lowCardinality ? `LowCardinality(${plain})` : plain
}
