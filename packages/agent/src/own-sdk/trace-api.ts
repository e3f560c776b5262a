import type { Tracer, TracerOptions, TracerProvider } from '@opentelemetry/api'
import { LateTracer, type TracerSource } from './late-tracer.ts'
import { attachTo } from './own-processor.ts'

/** The object `trace` of a copy of the API, as far as it is changed. */
interface TraceApi {
  setGlobalTracerProvider(provider: TracerProvider): boolean
  getTracerProvider(): TracerProvider & { getDelegate?: () => TracerProvider }
  getTracer(name: string, version?: string, options?: TracerOptions): Tracer
  disable(): void
}

/** The provider that the program has registered; shared by all copies of the API, as the agent's own is. */
let registered: TracerProvider | undefined
let changes = 0

/**
 * Lets a program register a tracer provider of its own although the agent has: tracers that it gets from this copy of the API
 * are that provider's from then on, and spans of that provider reach the agent too. The agent's own tracers are not
 * touched; both have one context, so their spans are in one trace.
 */
export function openTraceApi(api: TraceApi): void {
  const agents = api.getTracerProvider.bind(api)
  const source: TracerSource = {
    get provider() {
      return registered ?? agents()
    },
    get changes() {
      return changes
    },
  }
  const getTracer = (name: string, version?: string, options?: TracerOptions): Tracer =>
    new LateTracer(source, name, version, options)
  const provider = {
    getTracer,
    getDelegate: (): TracerProvider => registered ?? agents().getDelegate?.() ?? agents(),
    getDelegateTracer: getTracer,
  }
  api.getTracer = getTracer
  api.getTracerProvider = () => provider
  api.setGlobalTracerProvider = (wanted) => {
    // As the API does it: the first one stays.
    if (registered !== undefined) return false
    registered = wanted
    changes++
    attachTo(wanted)
    return true
  }
  // What the agent has registered is not the program's to take away.
  api.disable = () => {
    if (registered === undefined) return
    registered = undefined
    changes++
  }
}
