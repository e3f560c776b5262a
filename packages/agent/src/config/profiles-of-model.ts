type Node = Readonly<Record<string, unknown>>

/** Keys under `instrumentation/development: js: profiles:` and the variables they stand for. */
const KEYS: Readonly<Record<string, string>> = {
  kinds: 'CLEW_PROFILES_KINDS',
  interval: 'CLEW_PROFILES_INTERVAL',
  samples_per_second: 'CLEW_PROFILES_HZ',
  heap_bytes: 'CLEW_PROFILES_HEAP_BYTES',
  dir: 'CLEW_PROFILES_DIR',
  dir_bytes: 'CLEW_PROFILES_DIR_BYTES',
  exporter: 'OTEL_PROFILES_EXPORTER',
  endpoint: 'OTEL_EXPORTER_OTLP_PROFILES_ENDPOINT',
}

const OTLP_TRACES = 'OTEL_EXPORTER_OTLP_TRACES_'

/**
 * Profiles are not in declarative configuration 1.0: they are set where instrumentations are, and go where the traces go
 * unless an `endpoint` is given. `for: 10m` is how long from the start, `enabled: true` is for good.
 */
export function profilesOfModel(
  { enabled, for: duration, ...rest }: Node,
  variables: Readonly<Record<string, string>>,
  set: (name: string, value: unknown) => void,
  ignored: string[],
): void {
  for (const [name, value] of Object.entries(variables)) {
    if (name.startsWith(OTLP_TRACES)) set(name.replace('_TRACES_', '_PROFILES_'), forProfiles(name, value))
  }
  if (enabled !== undefined || duration !== undefined) {
    set('CLEW_PROFILES', enabled === false ? 'off' : (duration ?? (enabled === true ? 'on' : enabled)))
  }
  for (const [key, value] of Object.entries(rest)) {
    if (KEYS[key] === undefined) ignored.push(`instrumentation/development.js.profiles.${key} is not known`)
    else set(KEYS[key], value)
  }
}

function forProfiles(name: string, value: string): string | undefined {
  if (!name.endsWith('_ENDPOINT')) return value
  return value.endsWith('/v1/traces') ? value.replace(/v1\/traces$/, 'v1development/profiles') : undefined
}
