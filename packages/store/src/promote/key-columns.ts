import { ClewError, errorMessage } from '@clew/base/errors'
import type { TableChange } from '../schema/schema-change.ts'
import { hasBuiltInColumn } from '../schema/promoted.ts'
import { backfillStep, type Coverage, readCoverage } from './backfill.ts'
import type { KeyColumnsOptions } from './key-columns-options.ts'
import { sampleKey } from './key-sample.ts'
import { chooseForm, decide, keyId, type Forced, type PolicyAction } from './policy.ts'
import { addColumns, commentColumns, dropColumns, dropIndexes, formAt, promotedKey } from './promoted-ddl.ts'
import { KEY_PLACES, type PromotableLevel, type PromotedKey } from './promoted-key.ts'
import { noteDecision, readForced, readHeat, readTableRows, readTypes } from './promotion-state.ts'
import { readPromotedKeys } from './registry.ts'
import { type KeyUse, UsageCounter } from './usage-counter.ts'

const MAX_TOO_BIG = 1_000
/** Keys that a round looks at before it leaves the rest to the next one. */
const MAX_ATTEMPTS = 10

/**
 * Gives hot attribute keys columns and takes them from cold ones, in the background. The columns are computed by the engine
 * from the attribute map, which keeps every value: what the ingester writes does not depend on them, so a segment makes the
 * same rows before and after a promotion, and an answer is the same with and without them.
 */
export class KeyColumns {
  /** Set while the job fails. */
  trouble: string | undefined
  readonly usage: UsageCounter
  readonly #options: KeyColumnsOptions
  /** Keys whose values are too big for a column that nobody asked for. */
  readonly #tooBig = new Set<string>()
  #promoted: readonly PromotedKey[] = []
  #usable: readonly PromotedKey[] = []
  #coverage: ReadonlyMap<string, Coverage> = new Map()
  #forced: ReadonlyMap<string, Forced> = new Map()
  #work: Promise<void> = Promise.resolve()
  #cancelTimer: (() => void) | undefined
  #stopped = false

  constructor(options: KeyColumnsOptions) {
    this.#options = options
    this.usage = new UsageCounter(options.clock)
  }

  /**
   * Keys whose columns queries may use now: those that every row has. Until then queries read the map: engines were seen to
   * answer wrongly when a column that some parts lack is computed in the middle of a filter (docs/adr/0014-hot-keys.md).
   */
  usable(): readonly PromotedKey[] {
    return this.#usable
  }

  /** Keys that have or get columns; `retiring` are those whose columns are going to be dropped. */
  promoted(): readonly PromotedKey[] {
    return this.#promoted.filter((key) => key.retiringSinceMillis === undefined)
  }

  retiring(): readonly PromotedKey[] {
    return this.#promoted.filter((key) => key.retiringSinceMillis !== undefined)
  }

  forced(): ReadonlyMap<string, Forced> {
    return this.#forced
  }

  /** How many keys of a table may have columns without anybody asking for more. */
  get maxKeys(): number {
    return this.#options.policy.maxKeys
  }

  noteUse(use: KeyUse): void {
    this.usage.note(use)
  }

  async flushUses(): Promise<void> {
    await this.usage.flush(this.#options.driver)
  }

  /** How far the columns of a key were at the last look. */
  coverage(key: PromotedKey): Coverage | undefined {
    return this.#coverage.get(key.column)
  }

  /** Reads which keys have columns, then looks regularly. Without an answer, searches read the map until there is one. */
  async start(): Promise<void> {
    await this.refresh().catch((error: unknown) => this.#note(error))
    this.#schedule()
  }

  /** Reads again which keys have columns, and how far they are. */
  async refresh(): Promise<void> {
    const { driver, clock, settleMs } = this.#options
    const { promoted, incomplete } = await readPromotedKeys(driver)
    this.#promoted = promoted
    this.#forced = await readForced(driver)
    this.#coverage = await readCoverage(driver, this.#promoted)
    const settled = clock.unixMillis() - settleMs
    const isWhole = (column: string) => !incomplete.has(column) && this.#coverage.get(column)?.rowsWithout === 0
    this.#usable = this.promoted().filter((key) => key.sinceMillis <= settled && isWhole(key.column))
  }

  /** One round: writes the uses down, decides, goes on with backfills. Rounds never overlap. @throws ClewError STORE_CLOSED */
  async runOnce(): Promise<void> {
    await this.#inTurn(() => this.#round())
  }

  /**
   * Promotes or demotes a key at once and for good, or leaves it to the job again (`auto`).
   * @throws ClewError KEY_HAS_COLUMN, KEY_NOT_FOUND, KEYS_FULL
   */
  async decide(level: PromotableLevel, key: string, action: 'promote' | 'demote' | 'auto'): Promise<void> {
    if (hasBuiltInColumn(level, key)) {
      throw new ClewError('KEY_HAS_COLUMN', `'${key}' always has a column on this level`, {
        fix: 'there is nothing to do: it is one of the keys of the schema',
      })
    }
    const { driver, clock } = this.#options
    await this.#inTurn(async () => {
      await this.refresh()
      const has = this.promoted().find((each) => each.level === level && each.key === key)
      if (action === 'promote' && has === undefined && (await readTypes(driver, level, key)).length === 0) {
        throw new ClewError('KEY_NOT_FOUND', `no ${level} has had an attribute '${key}'`, {
          fix: 'see `clew keys` for the keys there are and their levels',
        })
      }
      if (action === 'promote' && has === undefined && this.promoted().length >= 2 * this.#options.policy.maxKeys) {
        throw new ClewError('KEYS_FULL', `no more than ${2 * this.#options.policy.maxKeys} keys can have columns`, {
          fix: 'demote one first (clew keys demote), or raise --promoted-keys',
        })
      }
      await noteDecision(driver, clock, { level, key, action, author: 'user', reason: '' })
      if (action === 'promote' && has === undefined) await this.#promote(level, key, true)
      if (action === 'demote' && has !== undefined) await this.#retire(has)
      await this.refresh()
    })
  }

  /** Writes the uses down and ends after what is being done. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#cancelTimer?.()
    await this.#work.catch(() => undefined)
    await this.usage.flush(this.#options.driver).catch((error: unknown) => this.#note(error))
  }

  #schedule(): void {
    if (this.#stopped) return
    this.#cancelTimer = this.#options.clock.after(this.#options.checkEveryMs, () => {
      void this.runOnce()
        .catch((error: unknown) => this.#note(error))
        .then(() => this.#schedule())
    })
  }

  async #inTurn(work: () => Promise<void>): Promise<void> {
    const mine = this.#work.catch(() => undefined).then(work)
    this.#work = mine
    await mine
  }

  async #round(): Promise<void> {
    if (this.#stopped) throw new ClewError('STORE_CLOSED', 'the store is closed')
    const { driver, clock, policy, runExclusively, schema, mayBackfill } = this.#options
    await this.usage.flush(driver)
    await this.refresh()
    await runExclusively('keys', async () => {
      await this.#dropRetired()
      const heat = (await readHeat(driver, clock)).filter(({ level, key }) => !hasBuiltInColumn(level, key))
      const rowsOfTable = await readTableRows(driver)
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        const actions = decide(
          {
            nowMillis: clock.unixMillis(),
            heat: heat.filter(({ level, key }) => !this.#tooBig.has(keyId(level, key))),
            promoted: this.#promoted,
            forced: this.#forced,
            rowsOfTable,
          },
          policy,
        )
        let refused = false
        for (const action of actions) refused = !(await this.#apply(action)) || refused
        if (actions.length > 0) await this.refresh()
        // A key that turned out too big is out of the running: the next one gets its chance.
        if (!refused) break
      }
      await backfillStep(this.promoted(), { driver, schema, mayRun: mayBackfill })
    })
    this.trouble = undefined
  }

  /** False when it was not done after all. */
  async #apply({ action, level, key, reason }: PolicyAction): Promise<boolean> {
    const { driver, clock, logger } = this.#options
    if (action === 'demote') {
      const has = this.promoted().find((each) => each.level === level && each.key === key)
      if (has === undefined) return true
      await this.#retire(has)
    } else if (!(await this.#promote(level, key))) return false
    await noteDecision(driver, clock, { level, key, action, author: 'job', reason })
    logger.info(action === 'promote' ? 'an attribute key gets a column' : 'an attribute key loses its column', {
      level,
      key,
      reason,
    })
    return true
  }

  /** False when its values are too big to be kept twice without anybody asking for it. */
  async #promote(
    level: PromotableLevel,
    key: string,
    asked = this.#forced.get(keyId(level, key)) === 'promote',
  ): Promise<boolean> {
    const { driver, clock, policy } = this.#options
    const sample = await sampleKey(driver, level, key)
    if (!asked && sample.meanBytes > policy.maxValueBytes) {
      if (this.#tooBig.size < MAX_TOO_BIG) this.#tooBig.add(keyId(level, key))
      return false
    }
    const form = formAt(level, chooseForm(await readTypes(driver, level, key), sample))
    const promoted = promotedKey({ level, key, form, sinceMillis: clock.unixMillis(), retiringSinceMillis: undefined })
    await this.#change(promoted, addColumns(promoted))
    return true
  }

  #retire(key: PromotedKey): Promise<void> {
    return this.#change(key, commentColumns({ ...key, retiringSinceMillis: this.#options.clock.unixMillis() }))
  }

  async #change(key: PromotedKey, change: TableChange): Promise<void> {
    await this.#options.schema.change(KEY_PLACES[key.level].table, change)
  }

  async #dropRetired(): Promise<void> {
    const { clock, graceMs, schema } = this.#options
    const due = this.retiring().filter((key) => clock.unixMillis() - key.retiringSinceMillis! >= graceMs)
    // The engine drops nothing that it is still filling in; what it has filled in stays for the others.
    if (due.length > 0) await schema.giveUpBackfills()
    for (const key of due) {
      await this.#change(key, dropIndexes(key))
      await this.#change(key, dropColumns(key))
    }
  }

  #note(error: unknown): void {
    const message = errorMessage(error)
    if (this.trouble === undefined && !this.#stopped)
      this.#options.logger.warn('looking after attribute keys does not get on, trying again', { error: message })
    this.trouble = message
  }
}
