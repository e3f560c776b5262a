/** What every Jaeger endpoint answers with. */
export interface JaegerAnswer {
  readonly data: unknown
  readonly total: number
  readonly limit: number
  readonly offset: number
  readonly errors: readonly JaegerError[] | null
}

export interface JaegerError {
  readonly code?: number
  readonly msg: string
  readonly traceID?: string
}

/** An answer in Jaeger's envelope. Only lists of names carry a total there. */
export function jaegerAnswer(data: unknown, total = 0, errors: readonly JaegerError[] = []): JaegerAnswer {
  return { data, total, limit: 0, offset: 0, errors: errors.length === 0 ? null : errors }
}

/** A failure in Jaeger's envelope. */
export function jaegerFailure(code: number, msg: string): JaegerAnswer {
  return jaegerAnswer(null, 0, [{ code, msg }])
}
