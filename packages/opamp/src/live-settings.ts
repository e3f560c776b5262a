/** Which spans a sampling rule is about. Every condition that is there must hold; `*` in texts stands for anything. */
export interface SamplingRule {
  readonly name?: string
  /** Name of the local root span when it starts. */
  readonly span?: string
  readonly kind?: 'internal' | 'server' | 'client' | 'producer' | 'consumer'
  /** `url.path` of an incoming request: known at the start, so that services behind follow. */
  readonly path?: string
  /** `http.route`: known at the end, so only the spans of this process follow. */
  readonly route?: string
  /** Attributes by key; decided at the start where they are there by then, else at the end. */
  readonly attributes?: Readonly<Record<string, string>>
  /** Share of such traces that is kept, 0 to 1. */
  readonly share: number
}

/** What makes a finished trace worth keeping whatever the dice said. */
export interface TailSettings {
  /** Local roots that take at least this long. */
  readonly slowMs?: number
  /** Traces in which a span failed. */
  readonly errors?: boolean
  /** The first so many traces of each operation in a minute. */
  readonly rarePerMinute?: number
  /** Traces kept for these reasons in a second, on average; above it fewer are, and the counts say so. */
  readonly perSecond?: number
  /** Memory for spans of traces that have not ended. */
  readonly maxBytes?: number
}

/** How traces are chosen. What is missing is left as the process was configured. */
export interface SamplingSettings {
  /** Share of the traces that begin here, 0 to 1. */
  readonly share?: number
  /** Traces kept in a second, on average. */
  readonly perSecond?: number
  /** The first one that applies decides instead of `share`. */
  readonly rules?: readonly SamplingRule[]
  /** `false` switches it off. */
  readonly tail?: TailSettings | false
}

export const LOG_LEVELS = ['none', 'error', 'warn', 'info', 'debug', 'verbose'] as const
export const SEVERITIES = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const

/** What can be changed in a running agent. */
export interface LiveSettings {
  readonly sampling?: SamplingSettings
  /** How much the agent says about itself; as log records, not on the program's terminal. */
  readonly logLevel?: (typeof LOG_LEVELS)[number]
  /** Log records below are not sent. */
  readonly minSeverity?: (typeof SEVERITIES)[number]
  /** Instrumentations by short name (`express`) or name of their scope. */
  readonly instrumentations?: Readonly<Record<string, boolean>>
  /** Instrumentation rules by name. */
  readonly rules?: Readonly<Record<string, boolean>>
  readonly profile?: boolean
}

/** Name of the file in the remote and the effective configuration. */
export const LIVE_SETTINGS_FILE = 'clew.json'
/** Name of the file that says what is in force later, when something runs out. */
export const LIVE_SCHEDULE_FILE = 'clew-schedule.json'

/** What is in force from which time on; times are milliseconds since 1970 by the clock of the server, `nowMs` its present. */
export interface LiveSettingsSchedule {
  readonly nowMs: number
  readonly steps: readonly { readonly atMs: number; readonly settings: LiveSettings }[]
}

export const JSON_TYPE = 'application/json'

/**
 * Puts settings together; later ones win, one by one: switches by their names, tail options by theirs, rules as a whole.
 */
export function mergeLiveSettings(all: readonly LiveSettings[]): LiveSettings {
  let merged: LiveSettings = {}
  for (const next of all) {
    const { sampling, instrumentations, rules, ...plain } = next
    merged = {
      ...merged,
      ...plain,
      ...(sampling === undefined ? {} : { sampling: mergeSampling(merged.sampling, sampling) }),
      ...(instrumentations === undefined
        ? {}
        : { instrumentations: { ...merged.instrumentations, ...instrumentations } }),
      ...(rules === undefined ? {} : { rules: { ...merged.rules, ...rules } }),
    }
  }
  return merged
}

function mergeSampling(before: SamplingSettings | undefined, next: SamplingSettings): SamplingSettings {
  if (next.tail === undefined || next.tail === false || before?.tail === undefined || before.tail === false) {
    return { ...before, ...next }
  }
  return { ...before, ...next, tail: { ...before.tail, ...next.tail } }
}
