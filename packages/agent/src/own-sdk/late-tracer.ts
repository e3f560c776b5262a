import type { Span, Tracer, TracerOptions, TracerProvider } from '@opentelemetry/api'

/** Who makes the spans of tracers at the moment; `changes` counts how often that was somebody else. */
export interface TracerSource {
  readonly provider: TracerProvider
  readonly changes: number
}

/** A tracer that asks at each span who makes it: programs get their tracers before and after they set up an SDK. */
export class LateTracer implements Tracer {
  readonly #source: TracerSource
  readonly #id: readonly [string, string | undefined, TracerOptions | undefined]
  #tracer: Tracer | undefined
  #changes = -1

  constructor(source: TracerSource, name: string, version?: string, options?: TracerOptions) {
    this.#source = source
    this.#id = [name, version, options]
  }

  startSpan(...args: Parameters<Tracer['startSpan']>): Span {
    return this.#now().startSpan(...args)
  }

  startActiveSpan<F extends (span: Span) => unknown>(...args: readonly unknown[]): ReturnType<F> {
    const tracer = this.#now() as { startActiveSpan(...all: readonly unknown[]): unknown }
    return tracer.startActiveSpan(...args) as ReturnType<F>
  }

  #now(): Tracer {
    const { provider, changes } = this.#source
    if (this.#tracer === undefined || this.#changes !== changes) {
      this.#changes = changes
      this.#tracer = provider.getTracer(...this.#id)
    }
    return this.#tracer
  }
}
