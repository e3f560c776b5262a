import type { ActionSpec, PointSpec, RedactSpec } from './point-spec.ts'
import {
  loggerProvider,
  otelApi,
  SPAN_KEY,
  type OtelContext,
  type OtelMeter,
  type OtelSpan,
  type OtelTracer,
} from './otel-globals.ts'
import { attributeValue, resolveAttributes, resolveTemplate, resolveValue, type ValueSource } from './values.ts'

/** Scope of everything rules produce. */
const SCOPE = '@clew/agent/rules'

type Action<Kind extends ActionSpec['do']> = Extract<ActionSpec, { do: Kind }>

/** Where and with what something is recorded. */
export interface Recording {
  readonly spec: PointSpec
  readonly redact: readonly RedactSpec[]
  readonly source: ValueSource
  readonly context: OtelContext | undefined
}

let tracers: { readonly provider: object; readonly tracer: OtelTracer } | undefined
let meters: { readonly provider: object; readonly meter: OtelMeter } | undefined
const instruments = new WeakMap<OtelMeter, Map<string, ReturnType<OtelMeter['createCounter']>>>()

/** Starts the span of an action; undefined where no tracer is registered. */
export function startSpan(
  { name, kind, attributes }: Action<'span'>,
  { spec, redact, source, context }: Recording,
  linkTo: object | undefined,
): OtelSpan | undefined {
  const provider = otelApi()?.trace
  if (provider === undefined) return undefined
  if (tracers?.provider !== provider) tracers = { provider, tracer: provider.getTracer(SCOPE) }
  const all = resolveAttributes(attributes, source, redact)
  all['code.function.name'] = spec.name
  all['code.file.path'] = spec.file
  all['code.line.number'] = spec.line
  const title = (name === undefined ? '' : resolveTemplate(name, source, redact)) || spec.name
  const options = { kind, attributes: all, ...(linkTo === undefined ? {} : { links: [{ context: linkTo }] }) }
  return tracers.tracer.startSpan(title, options, context)
}

/** Adds what is only known at the end, and ends the span. */
export function endSpan(
  span: OtelSpan,
  { attributes }: Action<'span'>,
  { redact, source }: Recording,
  threw: boolean,
): void {
  if (span.isRecording()) {
    for (const key of Object.keys(attributes)) {
      const spec = attributes[key]
      if (typeof spec !== 'object' || typeof spec.from === 'number') continue
      const value = attributeValue(resolveValue(spec, source), key, redact)
      if (value !== undefined) span.setAttribute(key, value)
    }
    if (threw) {
      const { error } = source
      span.recordException(error instanceof Error ? error : String(error))
      span.setStatus({ code: 2, message: error instanceof Error ? error.message : String(error) })
      span.setAttribute('error.type', error instanceof Error ? error.name : typeof error)
    }
  }
  span.end()
}

/** Adds to an instrument of the registered meter provider. */
export function recordMetric(action: Action<'metric'>, { redact, source, context }: Recording): void {
  const provider = otelApi()?.metrics
  if (provider === undefined) return
  if (meters?.provider !== provider) meters = { provider, meter: provider.getMeter(SCOPE) }
  const { meter } = meters
  const value = Number(resolveValue(action.value, source))
  if (!Number.isFinite(value)) return
  const attributes = resolveAttributes(action.attributes, source, redact)
  const instrument = instrumentOf(meter, action)
  if (instrument.add === undefined) instrument.record?.(value, attributes, context)
  else instrument.add(value, attributes, context)
}

function instrumentOf(meter: OtelMeter, { type, name, unit, description }: Action<'metric'>) {
  let known = instruments.get(meter)
  if (known === undefined) instruments.set(meter, (known = new Map()))
  const key = `${type} ${name}`
  let instrument = known.get(key)
  if (instrument === undefined) {
    const options = { unit, description }
    if (type === 'counter') instrument = meter.createCounter(name, options)
    else if (type === 'updown') instrument = meter.createUpDownCounter(name, options)
    else if (type === 'gauge') instrument = meter.createGauge(name, options)
    else instrument = meter.createHistogram(name, options)
    known.set(key, instrument)
  }
  return instrument
}

/** Emits a log record in the span's context. */
export function emitLog(action: Action<'log'>, { spec, redact, source, context }: Recording): void {
  loggerProvider()
    ?.getLogger(SCOPE)
    .emit({
      severityNumber: action.severity,
      body: resolveTemplate(action.body, source, redact),
      attributes: { ...resolveAttributes(action.attributes, source, redact), 'code.function.name': spec.name },
      ...(context === undefined ? {} : { context }),
    })
}

/** An event of the active span; without one, a log record that is an event. */
export function addEvent(action: Action<'event'>, { redact, source, context }: Recording): void {
  const attributes = resolveAttributes(action.attributes, source, redact)
  const span = context?.getValue(SPAN_KEY) as OtelSpan | undefined
  if (span !== undefined && typeof span.addEvent === 'function' && span.isRecording()) {
    span.addEvent(action.name, attributes)
    return
  }
  loggerProvider()
    ?.getLogger(SCOPE)
    .emit({ eventName: action.name, attributes, severityNumber: 9, ...(context === undefined ? {} : { context }) })
}

/** Reads from and writes to whatever carries headers: plain objects, `Headers`, `Map`s. */
export const carrierAccess = {
  get(carrier: unknown, key: string): unknown {
    if (hasMethod(carrier, 'get')) return carrier.get(key) ?? undefined
    const record = Object(carrier) as Record<string, unknown>
    const value = record[key] ?? record[Object.keys(record).find((name) => name.toLowerCase() === key) ?? key]
    return value instanceof Uint8Array ? new TextDecoder().decode(value) : value
  },
  keys(carrier: unknown): string[] {
    return hasMethod(carrier, 'keys')
      ? [...(carrier.keys() as Iterable<string>)]
      : Object.keys(Object(carrier) as object)
  },
  set(carrier: unknown, key: string, value: string): void {
    if (hasMethod(carrier, 'set')) carrier.set(key, value)
    else if (typeof carrier === 'object' && carrier !== null) (carrier as Record<string, unknown>)[key] = value
  },
}

function hasMethod<Name extends string>(
  value: unknown,
  name: Name,
): value is Record<Name, (...args: unknown[]) => unknown> {
  const isCarrier = value instanceof Map || (typeof Headers === 'function' && value instanceof Headers)
  return isCarrier && typeof Reflect.get(value, name) === 'function'
}
