import type { SpanContext } from '@opentelemetry/api'

/** An event of a span; `flat` holds keys and values in turn. */
export interface EventRecord {
  readonly name: string
  readonly seconds: number
  readonly nanos: number
  readonly flat: readonly unknown[]
  readonly dropped: number
}

/** A link of a span likewise. */
export interface LinkRecord {
  readonly context: SpanContext
  readonly flat: readonly unknown[]
  readonly dropped: number
}
