/**
 * The OpenTelemetry API as it lies in the global object, without importing it: whichever copy the program or the agent has
 * registered is the one in use. Everything is looked up when it is needed, because a program may register it late.
 */

/** `Context` of the API. */
export interface OtelContext {
  getValue(key: symbol): unknown
  setValue(key: symbol, value: unknown): OtelContext
  deleteValue(key: symbol): OtelContext
}

/** The part of `Span` that rules use. */
export interface OtelSpan {
  spanContext(): { readonly traceId: string; readonly spanId: string }
  setAttribute(key: string, value: unknown): unknown
  addEvent(name: string, attributes?: object): unknown
  setStatus(status: { code: number; message?: string }): unknown
  recordException(error: unknown): unknown
  end(): void
  isRecording(): boolean
}

interface Instrument {
  add?(value: number, attributes: object, context: object | undefined): void
  record?(value: number, attributes: object, context: object | undefined): void
}

/** A meter of the API. */
export interface OtelMeter {
  createCounter(name: string, options: object): Instrument
  createUpDownCounter(name: string, options: object): Instrument
  createHistogram(name: string, options: object): Instrument
  createGauge(name: string, options: object): Instrument
}

interface Store {
  enterWith(context: unknown): void
  getStore(): unknown
}

interface ContextManager {
  active(): OtelContext
  /** Clew's own manager. */
  readonly storage?: Store
  /** Where upstream's manager keeps it. */
  readonly _asyncLocalStorage?: Store
}

interface Propagator {
  inject(context: OtelContext, carrier: unknown, setter: object): void
  extract(context: OtelContext, carrier: unknown, getter: object): OtelContext
}

interface LoggerProvider {
  getLogger(name: string): { emit(record: object): void }
}

interface ApiGlobals {
  readonly trace?: { getTracer(name: string): OtelTracer }
  readonly metrics?: { getMeter(name: string): OtelMeter }
  readonly context?: ContextManager
  readonly propagation?: Propagator
  readonly logs?: LoggerProvider
}

/** The part of `Tracer` that rules use. */
export interface OtelTracer {
  startSpan(name: string, options: object, context?: OtelContext): OtelSpan
}

const API = Symbol.for('opentelemetry.js.api.1')
const LOGS = Symbol.for('io.opentelemetry.js.api.logs')
/** Under which contexts keep the active span. */
export const SPAN_KEY: symbol = Symbol.for('OpenTelemetry Context Key SPAN')

type Globals = { [API]?: ApiGlobals; [LOGS]?: (version: number) => LoggerProvider }

/** What is registered now; undefined when nothing is. */
export function otelApi(): ApiGlobals | undefined {
  return (globalThis as Globals)[API]
}

/** The logs API, from its own global or from the one of the newer API. */
export function loggerProvider(): LoggerProvider | undefined {
  const own = (globalThis as Globals)[LOGS]
  return typeof own === 'function' ? own(1) : otelApi()?.logs
}

/** Where the active context is kept, if it is in a place that can be entered without a callback. */
export function contextStore(manager: ContextManager | undefined): Store | undefined {
  const store = manager?.storage ?? manager?._asyncLocalStorage
  return typeof store?.enterWith === 'function' ? store : undefined
}
