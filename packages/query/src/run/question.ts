import type { Clock } from '@clew/base/clock'
import type { QueryMeta } from '@clew/contract/common'
import type { QueryOptions, QueryResult } from '@clew/store/driver/driver'
import type { Sql } from '@clew/store/sql/sql'
import type { QueryEngine } from '../ports.ts'
import type { KeyCatalogue } from './key-catalogue.ts'
import { showSql } from './show-sql.ts'

export interface QueryLimits {
  /** Time for all statements of a question together. */
  readonly maxExecutionMs: number
  /** Uncompressed bytes that all statements of a question may read together. */
  readonly maxBytesToRead: number
  /** Memory that the engine may use for one statement. */
  readonly maxMemoryBytes: number
}

export type IncompleteReason = QueryMeta['incomplete'][number]['reason']

export interface QuestionOptions {
  readonly engine: QueryEngine
  readonly catalogue: KeyCatalogue
  readonly clock: Clock
  readonly limits: QueryLimits
  readonly abort?: AbortSignal | undefined
}

export interface RunOptions extends Pick<
  QueryOptions,
  'onLimit' | 'maxExecutionMs' | 'maxRowsToRead' | 'maxThreads' | 'colocated'
> {
  /** The statement to show to people as the one that answers the question. */
  readonly shown?: boolean
}

/** One request to answer: runs its statements within the limits and keeps the account of what they cost. */
export class Question {
  readonly engine: QueryEngine
  readonly catalogue: KeyCatalogue
  readonly clock: Clock
  readonly limits: QueryLimits
  readonly abort: AbortSignal | undefined
  readonly nowNanos: bigint
  readonly #startedMs: number
  readonly #incomplete: QueryMeta['incomplete'] = []
  #rowsRead = 0
  #bytesRead = 0
  #sql: string | undefined

  constructor(options: QuestionOptions) {
    this.engine = options.engine
    this.catalogue = options.catalogue
    this.clock = options.clock
    this.limits = options.limits
    this.abort = options.abort
    this.nowNanos = options.clock.unixNanos()
    this.#startedMs = options.clock.monotonicMillis()
  }

  /** Runs a statement. Throws ClewError of the store, among them QUERY_TIMEOUT, QUERY_TOO_BIG and QUERY_CANCELLED. */
  async run<Row>(statement: Sql, options: RunOptions = {}): Promise<QueryResult<Row>> {
    if (options.shown === true) this.#sql = showSql(statement)
    const leftMs = this.limits.maxExecutionMs - (this.clock.monotonicMillis() - this.#startedMs)
    const leftBytes = this.limits.maxBytesToRead - this.#bytesRead
    // What is over is over also for a question of many statements; one millisecond lets the engine say it in its own words.
    const result = await this.engine.query<Row>(statement, {
      maxExecutionMs: Math.max(1, Math.min(options.maxExecutionMs ?? Infinity, leftMs)),
      maxBytesToRead: Math.max(1, leftBytes),
      maxMemoryBytes: this.limits.maxMemoryBytes,
      ...(options.maxRowsToRead === undefined ? {} : { maxRowsToRead: options.maxRowsToRead }),
      ...(options.maxThreads === undefined ? {} : { maxThreads: options.maxThreads }),
      ...(options.onLimit === undefined ? {} : { onLimit: options.onLimit }),
      ...(options.colocated === true ? { colocated: true } : {}),
      ...(this.abort === undefined ? {} : { abort: this.abort }),
    })
    this.#rowsRead += result.statistics.rowsRead
    this.#bytesRead += result.statistics.bytesRead
    return result
  }

  /** Says that something that matches may be missing from the answer. */
  incomplete(reason: IncompleteReason, detail: string): void {
    if (!this.#incomplete.some((each) => each.reason === reason && each.detail === detail)) {
      this.#incomplete.push({ reason, detail })
    }
  }

  meta(): QueryMeta {
    return {
      rowsRead: this.#rowsRead,
      bytesRead: this.#bytesRead,
      elapsedMs: Math.round((this.clock.monotonicMillis() - this.#startedMs) * 100) / 100,
      complete: this.#incomplete.length === 0,
      incomplete: this.#incomplete,
      ...(this.#sql === undefined ? {} : { sql: this.#sql }),
    }
  }
}
