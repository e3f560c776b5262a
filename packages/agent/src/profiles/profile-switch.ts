import { ROOT_CONTEXT } from '@opentelemetry/api'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { runIn } from '../context/agent-context.ts'
import type { FindingKind } from '../findings/report-finding.ts'
import { agentFile } from '../modules/agent-file.ts'
import { timed } from '../overhead/own-time.ts'
import type { ProfileSettings } from './profile-settings.ts'
import type { ProfilerHost, RunningProfiler, startProfiler } from './profiler.ts'

/** What is loaded when profiles are first taken. */
interface ProfilerFile {
  readonly startProfiler: typeof startProfiler
}

/** What a profiler is made with, and where findings go. */
export interface ProfileSwitchOptions {
  readonly settings: ProfileSettings
  /** Made when profiles are first taken: until then nothing of them is there. */
  readonly host: (failed: (what: string) => void) => ProfilerHost
  readonly report: (kind: FindingKind, text: string) => void
}

/** The first look comes early: who switches profiles on wants to see one, and whether they arrive. */
const FIRST_AFTER_MS = 10_000
const MAX_TIMER_MS = 2 ** 31 - 1

/**
 * Switches profiles on and off: by configuration from the start of the process for a time or for good, and by live control,
 * which wins while it says anything. Off, nothing is loaded and nothing runs.
 */
export class ProfileSwitch {
  readonly #options: ProfileSwitchOptions
  #live: boolean | undefined
  #configured = false
  #host: ProfilerHost | undefined
  #profiler: RunningProfiler | undefined
  #timer: NodeJS.Timeout | undefined
  /** The backend takes no profiles. */
  #refused = false

  constructor(options: ProfileSwitchOptions) {
    this.#options = options
    for (const problem of options.settings.problems) options.report('configuration', problem)
  }

  /** Whether profiles are being taken. */
  get running(): boolean {
    return this.#profiler !== undefined
  }

  /** Does what the configuration says. */
  startConfigured(): void {
    const { forMs } = this.#options.settings
    if (forMs <= 0) return
    this.#configured = true
    const problem = this.#update()
    if (problem !== undefined) this.#options.report('configuration', `no profiles are taken: ${problem}`)
    if (forMs < MAX_TIMER_MS) {
      later(() => {
        this.#configured = false
        this.#update()
      }, forMs)
    }
  }

  /** Switches by live control; undefined goes back to the configuration. Gives what is in the way, or nothing. */
  set(on: boolean | undefined): string | undefined {
    // Whoever asks again has perhaps made somebody take them.
    if (on !== this.#live) this.#refused = false
    this.#live = on
    return this.#update()
  }

  /** Sends and writes what there is. */
  collect(): void {
    if (this.#profiler !== undefined) timed(() => this.#profiler?.collect())
  }

  /** The same a last time: the process ends. */
  end(): void {
    this.#stop()
  }

  /** The backend takes no profiles, and why: no more are sent. Without files to write there is no sense in going on. */
  refused(why: string): void {
    const { folder } = this.#options.settings
    const instead =
      folder === undefined
        ? 'none are taken any more; CLEW_PROFILES_DIR writes them to files'
        : `they are in ${folder} only`
    this.#options.report('telemetry-lost', `profiles are not sent: ${why}; ${instead}`)
    this.#refused = true
    this.#update()
  }

  #update(): string | undefined {
    const taken = !this.#refused || this.#options.settings.folder !== undefined
    const wanted = (this.#live ?? this.#configured) && taken
    if (wanted === this.running) return undefined
    if (wanted) return this.#start()
    this.#stop()
    return undefined
  }

  #start(): string | undefined {
    const { settings, host, report } = this.#options
    try {
      this.#host ??= this.#guarded(host((what) => report('plugin-failed', what)))
      if (this.#host.send === undefined && settings.folder === undefined) {
        return 'they are neither sent nor written: OTEL_PROFILES_EXPORTER, CLEW_PROFILES_DIR'
      }
      const file = createRequire(import.meta.url)(fileURLToPath(agentFile('profiler.cjs'))) as ProfilerFile
      const started = runIn(ROOT_CONTEXT, file.startProfiler, undefined, [this.#host])
      if (typeof started === 'string') return started
      this.#profiler = started
    } catch (error) {
      return `the profiler cannot be loaded: ${String(error)}`
    }
    this.#timer = later(() => this.#onTimer(), Math.min(FIRST_AFTER_MS, settings.intervalMs))
    return undefined
  }

  /** Sends nothing that would be refused. */
  #guarded(host: ProfilerHost): ProfilerHost {
    const { send } = host
    if (send === undefined) return host
    return { ...host, send: (body) => void (this.#refused || send(body)) }
  }

  #onTimer(): void {
    this.collect()
    if (this.running) this.#timer = later(() => this.#onTimer(), this.#options.settings.intervalMs)
  }

  #stop(): void {
    clearTimeout(this.#timer)
    const profiler = this.#profiler
    this.#profiler = undefined
    if (profiler !== undefined) timed(() => profiler.stop())
  }
}

/** A timer that keeps neither the process alive nor the context of whatever runs. */
function later(action: () => void, afterMs: number): NodeJS.Timeout {
  return runIn(ROOT_CONTEXT, () => setTimeout(action, afterMs).unref(), undefined, [])
}
