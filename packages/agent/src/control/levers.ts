import { inspect } from 'node:util'
import { diag, DiagLogLevel } from '@opentelemetry/api'
import { SeverityNumber, logs } from '@opentelemetry/api-logs'
import { SEVERITIES, type LiveSettings, type SamplingSettings } from '@clew/opamp/live-settings'
import type { FastTraces } from '../pipeline/fast-traces.ts'
import type { LogGate } from './log-gate.ts'

/** One thing that can be changed in a running agent. */
export interface Lever<K extends keyof LiveSettings = keyof LiveSettings> {
  readonly key: K
  /** Puts a value into force; undefined goes back to how the process was started. Gives what is wrong, or nothing. */
  apply(value: LiveSettings[K]): string | undefined
  /** What is in force now. */
  inForce(): LiveSettings[K]
}

/** How traces are chosen. `remote` are settings that come from elsewhere (Jaeger): what is set live wins over them. */
export class SamplingLever implements Lever<'sampling'> {
  readonly key = 'sampling'
  readonly #traces: FastTraces | undefined
  readonly #configured: SamplingSettings
  #remote: SamplingSettings = {}
  #live: SamplingSettings | undefined

  constructor(traces: FastTraces | undefined, configured: SamplingSettings) {
    this.#traces = traces
    this.#configured = configured
  }

  set remote(settings: SamplingSettings) {
    this.#remote = settings
    this.#update()
  }

  apply(value: SamplingSettings | undefined): string | undefined {
    this.#live = value
    if (this.#traces === undefined) return value === undefined ? undefined : 'the tracer of the SDK has a fixed sampler'
    this.#update()
    return undefined
  }

  inForce(): SamplingSettings {
    return this.#traces?.sampler.settings ?? {}
  }

  #update(): void {
    const live = this.#live ?? {}
    const raises = live.share !== undefined || live.rules !== undefined
    // A rate of Jaeger's is instead of a share, not beside the one that is set here.
    this.#traces?.sampler.configure({ ...this.#configured, ...this.#remote, ...live }, raises)
  }
}

/** Which log records are sent. */
export function severityLever(gate: LogGate): Lever<'minSeverity'> {
  let inForce: LiveSettings['minSeverity']
  return {
    key: 'minSeverity',
    apply(value) {
      inForce = value
      // Four numbers a level, from TRACE = 1.
      gate.minSeverityNumber = value === undefined ? 0 : SEVERITIES.indexOf(value) * 4 + 1
      return undefined
    },
    inForce: () => inForce,
  }
}

/** Which instrumentations make spans. */
export function instrumentationLever(traces: FastTraces | undefined): Lever<'instrumentations'> {
  return {
    key: 'instrumentations',
    apply(value) {
      if (traces === undefined) return value === undefined ? undefined : 'the tracer of the SDK cannot switch them'
      traces.provider.setSwitches(value ?? {})
      return undefined
    },
    inForce: () => traces?.provider.scopes,
  }
}

const DIAG_LEVELS = {
  none: DiagLogLevel.NONE,
  error: DiagLogLevel.ERROR,
  warn: DiagLogLevel.WARN,
  info: DiagLogLevel.INFO,
  debug: DiagLogLevel.DEBUG,
  verbose: DiagLogLevel.VERBOSE,
} as const

/** How much the agent and the instrumentations say about themselves, as log records: the terminal is the program's. */
export function logLevelLever(): Lever<'logLevel'> {
  let inForce: LiveSettings['logLevel']
  return {
    key: 'logLevel',
    apply(value) {
      if (value === inForce) return undefined
      inForce = value
      if (value === undefined) diag.disable()
      else diag.setLogger(diagToLogs(), { logLevel: DIAG_LEVELS[value], suppressOverrideMessage: true })
      return undefined
    },
    inForce: () => inForce,
  }
}

function diagToLogs(): Parameters<typeof diag.setLogger>[0] {
  const logger = logs.getLogger('@clew/agent')
  let busy = false
  const emit =
    (severityNumber: SeverityNumber) =>
    (message: string, ...rest: unknown[]): void => {
      // What sending a record has to say must not become a record.
      if (busy) return
      busy = true
      try {
        const body = [
          message,
          ...rest.map((each) => (typeof each === 'string' ? each : inspect(each, { depth: 2, breakLength: Infinity }))),
        ].join(' ')
        logger.emit({ severityNumber, severityText: SeverityNumber[severityNumber], body: body.slice(0, 8192) })
      } finally {
        busy = false
      }
    }
  return {
    verbose: emit(SeverityNumber.TRACE),
    debug: emit(SeverityNumber.DEBUG),
    info: emit(SeverityNumber.INFO),
    warn: emit(SeverityNumber.WARN),
    error: emit(SeverityNumber.ERROR),
  }
}

/** Switches rules by name; `setRuleEnabled` says whether there is one of that name. */
export function ruleLever(setRuleEnabled: (name: string, on: boolean) => boolean): Lever<'rules'> {
  let inForce: Readonly<Record<string, boolean>> = {}
  return {
    key: 'rules',
    apply(value = {}) {
      const unknown: string[] = []
      // A rule that is no longer named is on again, as the file has it.
      for (const name of Object.keys(inForce)) if (!(name in value)) setRuleEnabled(name, true)
      for (const [name, on] of Object.entries(value)) if (!setRuleEnabled(name, on)) unknown.push(name)
      inForce = value
      return unknown.length === 0 ? undefined : `there is no rule ${unknown.join(', ')} in this process`
    },
    inForce: () => inForce,
  }
}

/** What takes profiles. */
export interface ProfilePoint {
  /** Whether it does. */
  readonly running: boolean
  /** Switches it; undefined goes back to the configuration. Gives what is in the way, or nothing. */
  set(on: boolean | undefined): string | undefined
}

/** Switches the profiler. */
export function profileLever(profiles: ProfilePoint): Lever<'profile'> {
  return {
    key: 'profile',
    apply: (value) => profiles.set(value),
    inForce: () => profiles.running,
  }
}
