import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '@clew/base/clock'
import { errorMessage } from '@clew/base/errors'
import { type Logger, silentLogger } from '@clew/base/logger'
import type { Driver } from '../driver/driver.ts'
import { sql } from '../sql/sql.ts'

/** How long a node that fell silent keeps a job. */
const DEFAULT_TTL_MS = 60_000
/** How often `waitAndRun` looks whether it is its turn. */
const TRY_EVERY_MS = 250
/** A replica may show a row a moment after it was written through another one. */
const LOOKS = 5
const LOOK_AGAIN_MS = 100
const TOKEN_SETTINGS = { insert_deduplicate: 1, deduplicate_insert_select: 'force_enable' } as const

export interface LeasesOptions {
  readonly driver: Pick<Driver, 'command' | 'query'>
  readonly clock: Clock
  readonly logger?: Logger
  /** How long a node that fell silent keeps a job; default one minute. The same for all nodes of a store. */
  readonly ttlMs?: number
  /** True for a database that no other process can open: then every job is this one's, and nothing is written. */
  readonly alone?: boolean
}

/** A job that is held. */
export interface HeldLease {
  /** Counts up with every taking and renewal, whoever does it. */
  readonly term: bigint
  /** Renews the lease when it is half over. False when it is lost: what only one may do must end. */
  keep(): Promise<boolean>
}

interface Row {
  readonly Term: string
  readonly Owner: string
}

/** What was last seen of a job, and since when (on the own clock) it is like that. */
interface Seen {
  readonly term: bigint
  readonly owner: string
  readonly sinceMs: number
}

/**
 * Lets one node of many do a job, by the table `leases` alone.
 *
 * A term of a job is a row that is inserted with the token `lease/<job>/<term>`: the engine (on a cluster: Keeper) takes one of all
 * rows with a token, so a term has one owner. A node holds the job while the highest term is its own and no more than the
 * time to live has gone by, on its own clock, since it began to write it. Another node takes the next term when it has seen the same term
 * for the whole time to live, on its own clock, or at once when it was given back. So no clocks are compared, and a replica
 * that lags only delays. A node that was killed is replaced after the time to live.
 */
export class Leases {
  /** Unique for this process. */
  readonly owner: string = randomUUID()
  readonly #driver: LeasesOptions['driver']
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #ttlMs: number
  readonly #alone: boolean
  readonly #seen = new Map<string, Seen>()
  /** Jobs this process holds, and until when. */
  readonly #held = new Map<string, { term: bigint; untilMs: number }>()
  readonly #running = new Set<string>()

  constructor(options: LeasesOptions) {
    this.#driver = options.driver
    this.#clock = options.clock
    this.#logger = options.logger ?? silentLogger
    this.#ttlMs = options.ttlMs ?? DEFAULT_TTL_MS
    this.#alone = options.alone ?? false
  }

  /** True while this process holds the job. */
  holds(job: string): boolean {
    if (this.#alone) return true
    const held = this.#held.get(job)
    return held !== undefined && this.#clock.monotonicMillis() < held.untilMs
  }

  /**
   * Does `work` when this node holds the job or gets it, else nothing; false then. The job stays with this node for the next time.
   * Never overlaps with itself. Errors of `work` are the caller's; an engine that does not answer counts as not holding.
   */
  async runExclusively(job: string, work: (lease: HeldLease) => Promise<void>): Promise<boolean> {
    if (this.#running.has(job)) return false
    this.#running.add(job)
    try {
      if (!(await this.#take(job))) return false
      await work(this.#handle(job))
      return true
    } finally {
      this.#running.delete(job)
    }
  }

  /**
   * Waits until this node gets the job, does `work`, and gives it back. For what must be done before a node can begin.
   * `onWait` is called once when another node has it.
   * @throws ClewError of the engine, and what `work` throws
   */
  async waitAndRun(
    job: string,
    work: (lease: HeldLease) => Promise<void>,
    onWait: () => void = () => undefined,
  ): Promise<void> {
    for (let round = 0; !(await this.#attempt(job)); round++) {
      if (round === 0) onWait()
      await sleep(TRY_EVERY_MS)
    }
    try {
      await work(this.#handle(job))
    } finally {
      await this.release(job)
    }
  }

  /** Gives a job back, so that another node need not wait for the time to live. */
  async release(job: string): Promise<void> {
    const held = this.#held.get(job)
    this.#held.delete(job)
    if (held === undefined) return
    try {
      await this.#write(job, held.term + 1n, '')
    } catch (error) {
      this.#logger.debug('a lease could not be given back; it ends by itself', { job, error: errorMessage(error) })
    }
  }

  /** Gives everything back. */
  async close(): Promise<void> {
    for (const job of this.#held.keys()) await this.release(job)
  }

  #handle(job: string): HeldLease {
    const held = this.#held
    return {
      get term() {
        return held.get(job)?.term ?? 0n
      },
      keep: () => this.#take(job),
    }
  }

  /** Like `#attempt`, but what fails is said and counts as not holding. */
  async #take(job: string): Promise<boolean> {
    try {
      return await this.#attempt(job)
    } catch (error) {
      this.#logger.warn('cannot tell who does a job', { job, error: errorMessage(error) })
      return this.holds(job)
    }
  }

  /** True when the job is held for at least half the time to live. */
  async #attempt(job: string): Promise<boolean> {
    if (this.#alone) return true
    const nowMs = this.#clock.monotonicMillis()
    const held = this.#held.get(job)
    if (held !== undefined && held.untilMs - nowMs > this.#ttlMs / 2) return true
    const seen = this.#note(job, await this.#read(job))
    const isOwn = seen?.owner === this.owner
    if (!isOwn) this.#held.delete(job)
    const isFree =
      seen === undefined || isOwn || seen.owner === '' || this.#clock.monotonicMillis() - seen.sinceMs > this.#ttlMs
    if (!isFree) return false
    const term = (seen?.term ?? 0n) + 1n
    const beganMs = this.#clock.monotonicMillis()
    await this.#write(job, term, this.owner)
    if (!(await this.#isMine(job, term))) return false
    const untilMs = beganMs + this.#ttlMs
    if (this.#clock.monotonicMillis() >= untilMs) return false
    if (!isOwn) this.#logger.debug('this node does a job', { job, term: String(term) })
    this.#held.set(job, { term, untilMs })
    return true
  }

  /** Whether the highest term is the one just written, by this process. */
  async #isMine(job: string, term: bigint): Promise<boolean> {
    for (let look = 0; look < LOOKS; look++) {
      if (look > 0) await sleep(LOOK_AGAIN_MS)
      const seen = this.#note(job, await this.#read(job))
      if (seen !== undefined && seen.term >= term) return seen.term === term && seen.owner === this.owner
    }
    return false
  }

  #note(job: string, row: Row | undefined): Seen | undefined {
    if (row === undefined) return undefined
    const known = this.#seen.get(job)
    const term = BigInt(row.Term)
    if (known !== undefined && known.term >= term) return known
    const seen = { term, owner: row.Owner, sinceMs: this.#clock.monotonicMillis() }
    this.#seen.set(job, seen)
    return seen
  }

  async #read(job: string): Promise<Row | undefined> {
    const { rows } = await this.#driver.query<Row>(
      sql`SELECT Term, Owner FROM leases WHERE Job = ${job} ORDER BY Term DESC LIMIT 1`,
      { maxExecutionMs: 10_000, maxThreads: 1 },
    )
    return rows[0]
  }

  async #write(job: string, term: bigint, owner: string): Promise<void> {
    await this.#driver.command(
      sql`INSERT INTO leases (Job, Term, Owner, Node) SELECT ${job}, ${term}, ${owner}, ${`${hostname()}/${process.pid}`}`,
      { ...TOKEN_SETTINGS, insert_deduplication_token: `lease/${job}/${term}`, max_execution_time: 10 },
    )
  }
}
