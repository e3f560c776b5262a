import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Clock } from '@clew/base/clock'
import { ClewError, errorMessage } from '@clew/base/errors'
import type { Logger } from '@clew/base/logger'
import { mergeLiveSettings, type LiveSettings } from '@clew/opamp/live-settings'
import { parseLiveSettings } from '@clew/opamp/parse-live-settings'

/** What is set for whom, until when. Times are milliseconds since 1970. */
export interface Assignment {
  readonly id: string
  /** Name of a service; `*` for all. */
  readonly service: string
  /** Hex instance uid when it is for one process only. */
  readonly agent: string | null
  readonly settings: LiveSettings
  readonly setAtMs: number
  /** Null: until it is cleared. */
  readonly untilMs: number | null
}

/** Whom settings are looked up for. */
export interface Target {
  readonly service: string
  readonly agent?: string
}

export interface LiveSettingsStoreOptions {
  /** Where they are kept; missing: in memory only. */
  readonly file?: string
  readonly clock: Clock
  readonly logger: Logger
  /** Called after every change, expiry included. */
  readonly onChange: () => void
}

const MAX_ASSIGNMENTS = 1000
/** Changes that are told in advance. */
const MAX_STEPS = 20
const MAX_TIMER_MS = 2 ** 31 - 1

/**
 * What is set for agents. Survives a restart; what runs out while nobody runs is gone when somebody does. Later
 * assignments win over earlier ones, and when one runs out, what was set before it is in force again.
 */
export class LiveSettingsStore {
  readonly #options: LiveSettingsStoreOptions
  #assignments: Assignment[] = []
  #cancelTimer: (() => void) | undefined
  #writing: Promise<void> = Promise.resolve()

  constructor(options: LiveSettingsStoreOptions) {
    this.#options = options
  }

  /** Reads the file. One that cannot be read is set aside and reported, never a reason not to start. */
  async load(): Promise<void> {
    const { file, logger } = this.#options
    if (file === undefined) return
    let text: string
    try {
      text = await readFile(file, 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        logger.error('the settings for agents cannot be read', { file, error: errorMessage(error) })
      }
      return
    }
    try {
      this.#assignments = readAssignments(JSON.parse(text))
    } catch (error) {
      const aside = `${file}.damaged`
      await rename(file, aside).catch(() => undefined)
      logger.error('the settings for agents are damaged; they were set aside', {
        file: aside,
        error: errorMessage(error),
      })
    }
    this.#dropExpired()
    this.#arm()
  }

  /** Everything that is in force, oldest first. */
  get all(): readonly Assignment[] {
    return this.#assignments
  }

  /** What is in force for one process (all of it), or for a service. */
  settingsFor(target: Target): LiveSettings {
    return mergeLiveSettings(
      this.#assignments.filter((each) => appliesTo(each, target)).map(({ settings }) => settings),
    )
  }

  /** What will be in force when something runs out, the next first. */
  scheduleFor(target: Target): { readonly atMs: number; readonly settings: LiveSettings }[] {
    const mine = this.#assignments.filter((each) => appliesTo(each, target))
    const ends = new Set(mine.flatMap(({ untilMs }) => (untilMs === null ? [] : [untilMs])))
    return [...ends]
      .sort((a, b) => a - b)
      .slice(0, MAX_STEPS)
      .map((atMs) => ({
        atMs,
        settings: mergeLiveSettings(
          mine.filter(({ untilMs }) => untilMs === null || untilMs > atMs).map(({ settings }) => settings),
        ),
      }))
  }

  /**
   * Sets something, for `forMs` or until it is cleared; resolves when it is on disk. What is set for good joins what
   * was set for good for the same target before. Throws ClewError TOO_MANY_SETTINGS, CANNOT_WRITE.
   */
  async set(
    target: { readonly service: string; readonly agent: string | null },
    settings: LiveSettings,
    forMs: number | null,
  ): Promise<Assignment> {
    const nowMs = this.#options.clock.unixMillis()
    const untilMs = forMs === null ? null : nowMs + forMs
    const same = (each: Assignment): boolean =>
      untilMs === null && each.untilMs === null && each.service === target.service && each.agent === target.agent
    const before = this.#assignments.find(same)
    const assignment: Assignment = {
      id: randomUUID(),
      ...target,
      settings: before === undefined ? settings : mergeLiveSettings([before.settings, settings]),
      setAtMs: nowMs,
      untilMs,
    }
    const rest = this.#assignments.filter((each) => each !== before)
    if (rest.length >= MAX_ASSIGNMENTS) {
      throw new ClewError('TOO_MANY_SETTINGS', `${MAX_ASSIGNMENTS} settings for agents are in force`, {
        fix: 'clear some with `clew agents clear`',
      })
    }
    await this.#replace([...rest, assignment])
    return assignment
  }

  /** Takes back one assignment (by id), or all of a service. Returns those that were. Throws CANNOT_WRITE. */
  async clear(matches: (assignment: Assignment) => boolean): Promise<readonly Assignment[]> {
    const gone = this.#assignments.filter(matches)
    if (gone.length > 0) await this.#replace(this.#assignments.filter((each) => !gone.includes(each)))
    return gone
  }

  /** Waits for what is being written and stops the clock. */
  async close(): Promise<void> {
    this.#cancelTimer?.()
    await this.#writing.catch(() => undefined)
  }

  async #replace(assignments: Assignment[]): Promise<void> {
    this.#assignments = assignments
    this.#arm()
    this.#options.onChange()
    await this.#save()
  }

  #dropExpired(): boolean {
    const nowMs = this.#options.clock.unixMillis()
    const left = this.#assignments.filter(({ untilMs }) => untilMs === null || untilMs > nowMs)
    const some = left.length < this.#assignments.length
    this.#assignments = left
    return some
  }

  #arm(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    const next = Math.min(...this.#assignments.map(({ untilMs }) => untilMs ?? Number.POSITIVE_INFINITY))
    if (!Number.isFinite(next)) return
    const { clock, logger, onChange } = this.#options
    this.#cancelTimer = clock.after(Math.min(MAX_TIMER_MS, Math.max(1, next - clock.unixMillis())), () => {
      const some = this.#dropExpired()
      this.#arm()
      if (!some) return
      onChange()
      this.#save().catch((error: unknown) => logger.error('expired settings stay on disk', { error }))
    })
  }

  /** One after the other, each whole: a new file takes the old one's place. */
  #save(): Promise<void> {
    const { file } = this.#options
    if (file === undefined) return Promise.resolve()
    const written = this.#writing
      .catch(() => undefined)
      .then(() => writeWhole(file, `${JSON.stringify({ version: 1, assignments: this.#assignments }, null, 2)}\n`))
    this.#writing = written
    return written
  }
}

function appliesTo({ service, agent }: Assignment, target: Target): boolean {
  if (agent !== null) return agent === target.agent
  return service === '*' || service === target.service
}

async function writeWhole(file: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true })
    const handle = await open(`${file}.new`, 'w', 0o600)
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(`${file}.new`, file)
  } catch (cause) {
    throw new ClewError('CANNOT_WRITE', `the settings for agents cannot be written: ${errorMessage(cause)}`, {
      fix: 'they are in force, and gone with the next restart; look at the disk',
      cause,
    })
  }
}

function readAssignments(json: unknown): Assignment[] {
  const list = (json as { assignments?: unknown } | null)?.assignments
  if (!Array.isArray(list)) throw new Error('there is no list of assignments in it')
  return list.slice(0, MAX_ASSIGNMENTS).map((each: unknown): Assignment => {
    const { id, service, agent, settings, setAtMs, untilMs } = each as Record<string, unknown>
    if (typeof id !== 'string' || typeof service !== 'string' || typeof setAtMs !== 'number') {
      throw new Error('an assignment has no id, service or time')
    }
    return {
      id,
      service,
      agent: typeof agent === 'string' ? agent : null,
      settings: parseLiveSettings(settings).settings,
      setAtMs,
      untilMs: typeof untilMs === 'number' ? untilMs : null,
    }
  })
}
