import { z } from 'zod'

/** Nanoseconds since 1970 as decimal text: they do not fit a JavaScript number. */
export const unixNanos: z.ZodString = z.string().regex(/^-?\d+$/)

/**
 * A point in time as people and tools write it: `now`, `now-15m`, RFC 3339, or a number of seconds, milliseconds,
 * microseconds or nanoseconds since 1970 (told apart by magnitude). See `parseTime`.
 */
export const timeInput: z.ZodString = z.string().min(1).describe('now, now-15m, RFC 3339, or unix s, ms, µs or ns')

/** The range of every question about a period. Half open: start <= t < end. */
export const rangeInput: z.ZodObject<{
  start: z.ZodDefault<z.ZodString>
  end: z.ZodDefault<z.ZodString>
}> = z.object({
  start: timeInput.default('now-1h'),
  end: timeInput.default('now'),
})

/** An OTLP AnyValue. Ints are decimal text, bytes are base64, doubles that JSON lacks are "NaN", "Infinity", "-Infinity". */
export type AnyValue =
  | { type: 'string'; value: string }
  | { type: 'int'; value: string }
  | { type: 'double'; value: number | 'NaN' | 'Infinity' | '-Infinity' }
  | { type: 'bool'; value: boolean }
  | { type: 'bytes'; value: string }
  | { type: 'array'; value: AnyValue[] }
  | { type: 'kvlist'; value: Attribute[] }
  | { type: 'empty'; value: null }

export interface Attribute {
  key: string
  value: AnyValue
}

export const anyValue: z.ZodType<AnyValue> = z
  .lazy(() =>
    z.discriminatedUnion('type', [
      z.object({ type: z.literal('string'), value: z.string() }),
      z.object({ type: z.literal('int'), value: z.string() }),
      z.object({ type: z.literal('double'), value: z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]) }),
      z.object({ type: z.literal('bool'), value: z.boolean() }),
      z.object({ type: z.literal('bytes'), value: z.string() }),
      z.object({ type: z.literal('array'), value: z.array(anyValue) }),
      z.object({ type: z.literal('kvlist'), value: z.array(attribute) }),
      z.object({ type: z.literal('empty'), value: z.null() }),
    ]),
  )
  .meta({ id: 'AnyValue' })

export const attribute: z.ZodType<Attribute> = z
  .lazy(() => z.object({ key: z.string(), value: anyValue }))
  .meta({ id: 'Attribute' })

export const ATTRIBUTE_LEVELS = ['resource', 'scope', 'span', 'event', 'link', 'log', 'point'] as const
export const attributeLevel: z.ZodEnum<{ [K in (typeof ATTRIBUTE_LEVELS)[number]]: K }> = z.enum(ATTRIBUTE_LEVELS)
export type AttributeLevel = (typeof ATTRIBUTE_LEVELS)[number]

export const SPAN_KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const
export const spanKind: z.ZodEnum<{ [K in (typeof SPAN_KINDS)[number]]: K }> = z.enum(SPAN_KINDS)
export type SpanKind = (typeof SPAN_KINDS)[number]

export const SPAN_STATUSES = ['unset', 'ok', 'error'] as const
export const spanStatus: z.ZodEnum<{ [K in (typeof SPAN_STATUSES)[number]]: K }> = z.enum(SPAN_STATUSES)
export type SpanStatus = (typeof SPAN_STATUSES)[number]

/** What an answer cost and whether it is whole. Every answer carries one. */
export const queryMeta = z.object({
  rowsRead: z.number(),
  bytesRead: z.number(),
  elapsedMs: z.number(),
  /** False when something that matches may be missing; `incomplete` says what. */
  complete: z.boolean(),
  incomplete: z.array(
    z.object({
      reason: z.enum(['limit', 'time-budget', 'scan-budget', 'sampling', 'queued', 'error']),
      detail: z.string(),
    }),
  ),
  /** The statement that was run, with parameters, for people who want to see or refine it. */
  sql: z.string().optional(),
})
export type QueryMeta = z.infer<typeof queryMeta>

/** A count that may be an estimate. */
export const honestCount = z.object({ value: z.number(), exact: z.boolean() })
export type HonestCount = z.infer<typeof honestCount>

export const limitInput = (fallback: number, max: number): z.ZodDefault<z.ZodCoercedNumber<unknown>> =>
  z.coerce.number().int().min(1).max(max).default(fallback)

/** What every failing endpoint answers with, beside the HTTP status. */
export const apiError = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    fix: z.string().optional(),
    /** Where in the query text, as character offsets, when the query text is at fault. */
    position: z.object({ start: z.number(), end: z.number() }).optional(),
  }),
})
export type ApiError = z.infer<typeof apiError>
