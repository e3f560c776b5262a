import { type Context, createContextKey } from '@opentelemetry/api'

/**
 * What a foreign format said of a trace beyond ids and sampling, so that it can be said again to the next service: kept in
 * the context together with the trace id, and forgotten when another trace goes on there.
 */
export class Remembered<T> {
  readonly #key: symbol

  /** `name` is for people who look into a context. */
  constructor(name: string) {
    this.#key = createContextKey(`clew.propagation.${name}`)
  }

  /** The context that knows `value` of the trace. */
  set(context: Context, traceId: string, value: T): Context {
    return context.setValue(this.#key, { traceId, value })
  }

  /** What is known of the trace. */
  get(context: Context, traceId: string): T | undefined {
    const kept = context.getValue(this.#key) as { traceId: string; value: T } | undefined
    return kept?.traceId === traceId ? kept.value : undefined
  }
}

/** Traces that someone asked to keep at all costs: B3's debug flag and Jaeger's are the same wish. */
export const debugTraces: Remembered<true> = new Remembered('debug')
