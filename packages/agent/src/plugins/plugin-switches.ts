type Env = Readonly<Record<string, string | undefined>>

/**
 * Whether a plugin is to run. OTEL_INSTRUMENTATION_<NAME>_ENABLED decides for one (`true` also for what is off by
 * default); else OTEL_NODE_DISABLED_INSTRUMENTATIONS and OTEL_NODE_ENABLED_INSTRUMENTATIONS as upstream documents them.
 */
export function pluginWanted(env: Env, name: string, offByDefault = false): boolean {
  const own = env[`OTEL_INSTRUMENTATION_${variableName(name)}_ENABLED`]?.trim().toLowerCase()
  if (own === 'true') return true
  if (own === 'false') return false
  if (listed(env['OTEL_NODE_DISABLED_INSTRUMENTATIONS']).includes(name)) return false
  const enabled = listed(env['OTEL_NODE_ENABLED_INSTRUMENTATIONS'])
  return enabled.length === 0 ? !offByDefault : enabled.includes(name)
}

/**
 * What CLEW_INSTRUMENTATION_<NAME> sets: a JSON object; its `consumer` is what CLEW_MESSAGING_CONSUMER says for all, unless it
 * says something itself. Empty when unset; an Error for what is no object.
 */
export function pluginOptions(env: Env, name: string): Readonly<Record<string, unknown>> | Error {
  const variable = `CLEW_INSTRUMENTATION_${variableName(name)}`
  const text = env[variable]?.trim()
  const relation = env['CLEW_MESSAGING_CONSUMER']?.trim().toLowerCase()
  const forAll = relation === 'parent' || relation === 'link' ? { consumer: relation } : {}
  if (!text) return forAll
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return { ...forAll, ...(value as Record<string, unknown>) }
    }
  } catch {
    // The sentence below is the better one.
  }
  return new Error(`${variable} is not a JSON object and is ignored`)
}

/** `socket.io` → `SOCKET_IO`. */
export function variableName(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')
}

function listed(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}
