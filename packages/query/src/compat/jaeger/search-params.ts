import { ClewError } from '@clew/base/errors'
import { readDurationNanos } from '@clew/lang/search/read-duration'
import { readNumber, type TypedCondition } from '@clew/lang/search/typed'
import { SPAN_KINDS, SPAN_STATUSES } from '@clew/contract/common'
import type { TimeRange } from '../../run/time-range.ts'
import { NO_SERVICE_NAME } from './trace-json.ts'

/** What a search for traces asks, in the terms of the search language. */
export interface JaegerSearch {
  /** All of them must hold on one span. */
  readonly conditions: readonly TypedCondition[]
  readonly range: TimeRange
  readonly limit: number
  /** Asked for by id instead; then nothing else counts. */
  readonly traceIds: readonly string[]
}

const DEFAULT_LIMIT = 100
const MAX_LIMIT = 1500
/** As in Jaeger, when no start is given. */
const DEFAULT_LOOKBACK_NANOS = 48n * 3_600_000_000_000n

/** Reads the parameters of `GET /api/traces`. Throws ClewError BAD_INPUT in Jaeger's words. */
export function readSearchParams(query: URLSearchParams, nowNanos: bigint): JaegerSearch {
  const traceIds = query
    .getAll('traceID')
    .flatMap((ids) => ids.split(','))
    .map(readTraceId)
  const service = query.get('service') ?? ''
  if (service === '' && traceIds.length === 0) throw bad("parameter 'service' is required")
  const conditions: TypedCondition[] = []
  if (service !== '') conditions.push(equals('service', serviceValue(service)))
  const operation = query.get('operation') ?? ''
  if (operation !== '') conditions.push(equals('name', operation))
  const [min, max] = [readDuration(query, 'minDuration'), readDuration(query, 'maxDuration')]
  if (min !== undefined && max !== undefined && max < min)
    throw bad("'maxDuration' should be greater than 'minDuration'")
  if (min !== undefined) conditions.push({ kind: 'field-duration', field: 'duration', operator: '>=', values: [min] })
  if (max !== undefined) conditions.push({ kind: 'field-duration', field: 'duration', operator: '<=', values: [max] })
  for (const [key, value] of readTags(query)) conditions.push(tagCondition(key, value))
  return { conditions, range: readTimes(query, nowNanos), limit: readLimit(query), traceIds }
}

/** An empty service name, as Jaeger shows it, back to what is stored. */
export function serviceValue(service: string): string {
  return service === NO_SERVICE_NAME ? '' : service
}

/** Throws ClewError BAD_INPUT. */
export function readTraceId(id: string): string {
  if (/^[0-9a-fA-F]{1,32}$/.test(id)) return id
  throw bad(`cannot parse traceID '${id}': it must be 1 to 32 hex digits`)
}

/** Microseconds since 1970 or milliseconds, as decimal text. */
export function readInteger(query: URLSearchParams, name: string): bigint | undefined {
  const text = query.get(name) ?? ''
  if (text === '') return undefined
  if (/^\d{1,18}$/.test(text)) return BigInt(text)
  throw bad(`unable to parse param '${name}': '${text}' is not a number`)
}

function readTimes(query: URLSearchParams, nowNanos: bigint): TimeRange {
  const end = readInteger(query, 'end')
  const start = readInteger(query, 'start')
  const endNanos = end === undefined ? nowNanos + 1n : end * 1000n + 1000n
  const lookback = readDurationNanos(query.get('lookback') ?? '') ?? DEFAULT_LOOKBACK_NANOS
  const startNanos = start === undefined ? endNanos - lookback : start * 1000n
  const maxNanos = 2n ** 64n - 1n
  if (startNanos >= endNanos) throw bad("'start' must be before 'end'")
  return { startNanos: startNanos < 0n ? 0n : startNanos, endNanos: endNanos > maxNanos ? maxNanos : endNanos }
}

function readLimit(query: URLSearchParams): number {
  const limit = readInteger(query, 'limit') ?? BigInt(DEFAULT_LIMIT)
  if (limit === 0n) throw bad("unable to parse param 'limit': it must be at least 1")
  return limit > BigInt(MAX_LIMIT) ? MAX_LIMIT : Number(limit)
}

function readDuration(query: URLSearchParams, name: string): bigint | undefined {
  const text = query.get(name) ?? ''
  if (text === '') return undefined
  const nanos = readDurationNanos(text)
  if (nanos !== undefined && nanos < 2n ** 63n) return nanos
  throw bad(`unable to parse param '${name}': '${text}' is not a duration such as 100ms or 1.2s`)
}

/** `tag=key:value`, repeated, and `tags={"key":"value"}`. */
function readTags(query: URLSearchParams): [string, string][] {
  const tags: [string, string][] = []
  for (const tag of query.getAll('tag')) {
    const colon = tag.indexOf(':')
    if (colon <= 0) throw bad(`malformed 'tag' parameter, expecting key:value, received: ${tag}`)
    tags.push([tag.slice(0, colon), tag.slice(colon + 1)])
  }
  for (const text of query.getAll('tags')) {
    if (text === '') continue
    const object = readJson(text)
    if (typeof object !== 'object' || object === null || Array.isArray(object)) {
      throw bad("malformed 'tags' parameter, cannot unmarshal JSON: expecting an object of strings")
    }
    for (const [key, value] of Object.entries(object)) {
      if (typeof value === 'object') throw bad(`malformed 'tags' parameter: the value of '${key}' is not a string`)
      tags.push([key, String(value)])
    }
  }
  return tags
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Tags that Jaeger makes from fields are looked up in the fields. */
function tagCondition(key: string, value: string): TypedCondition {
  const lower = value.toLowerCase()
  if (key === 'error' && (lower === 'true' || lower === 'false')) {
    const operator = lower === 'true' ? '=' : '!='
    return { kind: 'field-choice', field: 'status', operator, values: [SPAN_STATUSES.indexOf('error')] }
  }
  if (key === 'span.kind') {
    const kind = SPAN_KINDS.findIndex((each) => each === lower)
    if (kind >= 0) return { kind: 'field-choice', field: 'kind', operator: '=', values: [kind] }
  }
  if (key === 'otel.status_code') {
    const status = SPAN_STATUSES.findIndex((each) => each === lower)
    if (status >= 0) return { kind: 'field-choice', field: 'status', operator: '=', values: [status] }
  }
  if (key === 'otel.status_description') return equals('message', value)
  if (key === 'otel.scope.name' || key === 'otel.library.name') return equals('scope.name', value)
  const boolean = value === 'true' ? true : value === 'false' ? false : undefined
  const literal = { text: value, quoted: false, number: readNumber(value), boolean }
  return { kind: 'attribute', level: 'any', key, operator: '=', values: [literal] }
}

function equals(field: string, value: string): TypedCondition {
  return { kind: 'field-text', field, operator: '=', values: [value] }
}

function bad(message: string): ClewError {
  return new ClewError('BAD_INPUT', message)
}
