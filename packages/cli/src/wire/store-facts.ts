import type { Clock } from '@clew/base/clock'
import type { Logger } from '@clew/base/logger'
import { SIGNALS } from '@clew/otlp/signal'
import type { Signal } from '@clew/otlp/signal'
import type { Pipeline, Trouble } from '@clew/contract/pipeline'
import { newestRows, signalOfTable, storedVolume } from '@clew/query/status/stored-volume'
import type { StoredVolume } from '@clew/query/status/stored-volume'
import type { Store } from '@clew/store/store'

type StoreState = Pipeline['store']

/** How long an answer of the engine is good for; a page that polls must not cost queries. */
const FRESH_MS = 1000
/** How long a look waits for the engine. */
const LONGEST_LOOK_MS = 1000

/** Troubles that keep data from being taken or from being stored; the others leave something out. */
const FAILING: ReadonlySet<string> = new Set(['disk', 'full', 'insert'])

/** What the pipeline page and the status say about the store. Never throws: a store in trouble is what it reports. */
export class StoreFacts {
  readonly #store: Store
  readonly #clock: Clock
  readonly #logger: Logger
  /** What was counted last, and when the counting began: rows that came after that are not in it. */
  #counted: { readonly volume: StoredVolume; readonly atMillis: number } | undefined
  #askedAtMs = Number.NEGATIVE_INFINITY
  #reading: Promise<void> | undefined
  /** Why the engine does not answer questions, and since when. */
  #problem: { readonly message: string; readonly sinceMillis: number } | undefined
  /** Event time of the newest row there was when the store was first read, until rows of its own are newer. */
  #newestAtStart: Readonly<Partial<Record<Signal, bigint | null>>> = {}
  #hasLookedBack = false

  constructor(store: Store, clock: Clock, logger: Logger) {
    this.#store = store
    this.#clock = clock
    this.#logger = logger
  }

  /** Looks up what an earlier run has left; later, when the database is not there yet. */
  async start(): Promise<void> {
    await this.#refresh()
  }

  /** True since the first stored item ever. Asks the engine only while the answer is no. */
  async hasData(): Promise<boolean> {
    const some = (): boolean => SIGNALS.some((signal) => (this.#counted?.volume.rows[signal] ?? 0) > 0)
    if (!some()) await this.#refresh()
    return some()
  }

  /** @param acknowledged items that were acknowledged since the start, to tell how many of them are not searchable yet */
  async read(acknowledged: Readonly<Record<Signal, number>>): Promise<StoreState> {
    // What is known without the engine must be shown when the engine hangs, too.
    await this.#withinMs(this.#refresh(), LONGEST_LOOK_MS)
    const status = this.#store.status()
    const nowMs = this.#clock.unixMillis()
    const newestMs: Record<Signal, number | null> = { traces: null, logs: null, metrics: null }
    for (const signal of SIGNALS) {
      const nanos = this.#newestAtStart[signal]
      if (nanos !== undefined && nanos !== null) newestMs[signal] = Number(nanos / 1_000_000n)
    }
    for (const [table, millis] of Object.entries(status.newestStoredMillis)) {
      const signal = signalOfTable(table)
      if (signal !== undefined) newestMs[signal] = Math.max(newestMs[signal] ?? 0, millis)
    }
    const age = (millis: number | null): number | null => (millis === null ? null : Math.max(0, nowMs - millis))
    const troubles = this.troubles()
    const [worst] = troubles
    return {
      status: worst === undefined ? 'ok' : FAILING.has(status.troubles[0]?.kind ?? '') ? 'failing' : 'degraded',
      message: worst?.message ?? '',
      sinceNanos: worst?.sinceNanos ?? null,
      troubles,
      queuedBytes: status.queuedBytes,
      queuedRows: queuedRows(acknowledged, status.rowsStored),
      segmentsWaiting: status.segmentsWaiting,
      newestRowAgeMs: { traces: age(newestMs.traces), logs: age(newestMs.logs), metrics: age(newestMs.metrics) },
      diskBytes: this.#counted?.volume.diskBytes ?? null,
      rows: this.#counted?.volume.rows ?? { traces: 0, logs: 0, metrics: 0 },
      countedNanos: this.#counted === undefined ? null : nanosText(this.#counted.atMillis),
    }
  }

  /**
   * Everything that is wrong with the store now, what refuses data first. Waits for nobody; a database that did not answer is asked
   * again, so that the next look is right whoever looks.
   */
  troubles(): Trouble[] {
    if (this.#problem !== undefined) void this.#refresh()
    const troubles = this.#store.status().troubles.map(({ message, fix, sinceMillis, refusing }): Trouble => ({
      message,
      fix,
      sinceNanos: nanosText(sinceMillis),
      refusing,
    }))
    if (this.#problem === undefined) return troubles
    const { message, sinceMillis } = this.#problem
    // The same reason once is enough.
    if (troubles.some((trouble) => trouble.message.startsWith(message))) return troubles
    return [
      ...troubles,
      {
        message: `the database does not answer questions: ${message}`,
        fix: 'look at the database; data is taken and kept meanwhile',
        sinceNanos: nanosText(sinceMillis),
        refusing: false,
      },
    ]
  }

  async #lookBack({ rows }: StoredVolume): Promise<void> {
    this.#hasLookedBack = true
    if (SIGNALS.every((signal) => rows[signal] === 0)) return
    try {
      this.#newestAtStart = await newestRows(this.#store)
    } catch (error) {
      this.#logger.warn('cannot read how old the newest row is', { error })
    }
  }

  #withinMs(work: Promise<void>, limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(limitMs, resolve)
      void work.finally(() => {
        cancel()
        resolve()
      })
    })
  }

  #refresh(): Promise<void> {
    if (this.#clock.monotonicMillis() - this.#askedAtMs < FRESH_MS) return Promise.resolve()
    if (this.#reading !== undefined) return this.#reading
    const atMillis = this.#clock.unixMillis()
    this.#reading = storedVolume(this.#store)
      .then(async (volume) => {
        this.#counted = { volume, atMillis }
        this.#problem = undefined
        this.#askedAtMs = this.#clock.monotonicMillis()
        if (!this.#hasLookedBack) await this.#lookBack(volume)
      })
      .catch((error: unknown) => {
        this.#problem = {
          message: error instanceof Error ? error.message : String(error),
          sinceMillis: this.#problem?.sinceMillis ?? this.#clock.unixMillis(),
        }
        // A database that does not answer is not asked by everyone who looks.
        this.#askedAtMs = this.#clock.monotonicMillis()
      })
      .finally(() => {
        this.#reading = undefined
      })
    return this.#reading
  }
}

function nanosText(millis: number): string {
  return `${Math.round(millis)}000000`
}

/** Rows that an earlier run left behind count as stored but not as acknowledged, hence the floor. */
function queuedRows(
  acknowledged: Readonly<Record<Signal, number>>,
  rowsStored: Readonly<Record<string, number>>,
): number {
  let waiting = 0
  for (const signal of SIGNALS) waiting += acknowledged[signal]
  for (const [table, rows] of Object.entries(rowsStored)) if (signalOfTable(table) !== undefined) waiting -= rows
  return Math.max(0, waiting)
}
