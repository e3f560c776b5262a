import { tokenFrom, withToken } from './otlp-headers.ts'

type Env = Readonly<Record<string, string | undefined>>

/** Signals as the SDK's environment variables spell them. */
export type SignalName = 'TRACES' | 'METRICS' | 'LOGS' | 'PROFILES'

/**
 * Where the agent's defaults differ from the SDK's: seen within a second instead of five, metrics every ten seconds
 * instead of every minute. Every one yields to the variable of that name.
 */
export const DEFAULTS: Readonly<Record<string, string>> = {
  OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
  OTEL_BSP_SCHEDULE_DELAY: '1000',
  OTEL_BSP_MAX_QUEUE_SIZE: '8192',
  OTEL_BLRP_SCHEDULE_DELAY: '1000',
  OTEL_BLRP_MAX_QUEUE_SIZE: '8192',
  OTEL_METRIC_EXPORT_INTERVAL: '10000',
}

/** How one signal leaves: over our own transport, not at all, or as the SDK itself reads it from the environment. */
export type ExportPath = 'protobuf' | 'json' | 'none' | 'sdk'

/** Which way a signal takes, by OTEL_{SIGNAL}_EXPORTER and OTEL_EXPORTER_OTLP_[{SIGNAL}_]PROTOCOL. */
export function exportPath(env: Env, signal: SignalName): ExportPath {
  const exporters = (env[`OTEL_${signal}_EXPORTER`] ?? '').split(',').map((name) => name.trim())
  const named = exporters.filter((name) => name !== '')
  if (named.includes('none')) return 'none'
  if (named.some((name) => name !== 'otlp')) return 'sdk'
  const protocol = env[`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`]?.trim() || env['OTEL_EXPORTER_OTLP_PROTOCOL']?.trim()
  if (protocol === 'http/json') return 'json'
  return protocol === 'grpc' ? 'sdk' : 'protobuf'
}

/**
 * Whether a variable is set that only the whole SDK package obeys: limits of log records, its own diagnostics,
 * detectors.
 */
export function needsWholeSdk(env: Env, ownTracer: boolean): boolean {
  const names =
    /^OTEL_(LOG_LEVEL|EXPERIMENTAL_.*|NODE_EXPERIMENTAL_.*|NODE_RESOURCE_DETECTORS|ATTRIBUTE_.*_LIMIT|LOGRECORD_.*_LIMIT)$/
  const ofTracer = /^OTEL_(TRACES_SAMPLER|(SPAN|EVENT|LINK)_.*_LIMIT)$/
  return Object.entries(env).some(
    ([name, value]) => (names.test(name) || (!ownTracer && ofTracer.test(name))) && value?.trim(),
  )
}

/**
 * Whether the agent's own tracer is to be used: not when CLEW_TRACER=sdk asks for the SDK's, and not with
 * detectors that only the whole SDK knows.
 */
export function wantsOwnTracer(env: Env): boolean {
  if (env['CLEW_TRACER']?.trim().toLowerCase() === 'sdk') return false
  return !env['OTEL_NODE_RESOURCE_DETECTORS']?.trim()
}

/** The value of a numeric variable; the fallback when it is missing, not a number or negative. */
export function numberFrom(env: Env, name: string, fallback: number): number {
  const text = env[name]?.trim()
  const value = text ? Number(text) : Number.NaN
  return Number.isFinite(value) && value >= 0 ? value : fallback
}

/**
 * Runs `action` with the defaults in place for every variable that is unset, and CLEW_AUTH_TOKEN as a header; leaves `env`
 * as it was.
 */
export function withDefaults<T>(env: Record<string, string | undefined>, action: () => T): T {
  const added: string[] = []
  const token = tokenFrom(env)
  const headers = env['OTEL_EXPORTER_OTLP_HEADERS']
  if (token !== undefined) env['OTEL_EXPORTER_OTLP_HEADERS'] = withToken(headers, token)
  for (const [name, value] of Object.entries(DEFAULTS)) {
    if (env[name] !== undefined && env[name] !== '') continue
    added.push(name)
    env[name] = value
  }
  try {
    return action()
  } finally {
    for (const name of added) delete env[name]
    if (token !== undefined) {
      if (headers === undefined) delete env['OTEL_EXPORTER_OTLP_HEADERS']
      else env['OTEL_EXPORTER_OTLP_HEADERS'] = headers
    }
  }
}
