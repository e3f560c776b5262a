import type { Signal } from '@clew/otlp/signal'
import { type Sql, sql } from '@clew/store/sql/sql'
import type { Store } from '@clew/store/store'
import { itemNumber, ITEMS, type Ledger, signalOf } from './tracked-load.ts'

/** The number of every stored item; what is stored twice is there twice. */
const NUMBERS: Readonly<Record<Signal, Sql>> = {
  traces: sql`SELECT reinterpretAsUInt64(reverse(SpanId)) - 1 AS number, count() AS times FROM spans WHERE Service LIKE 'chaos-%' GROUP BY number`,
  logs: sql`SELECT toUInt64(substring(Body, 6)) AS number, count() AS times FROM logs WHERE Service LIKE 'chaos-%' GROUP BY number`,
  metrics: sql`SELECT toUInt64(IntValue) AS number, count() AS times FROM metric_gauge WHERE Name = 'chaos.points' GROUP BY number`,
}

/** What is wrong with the store when it is held against what the senders know. All lists are empty when nothing is. */
export interface Verdict {
  /** Acknowledged items that are not there. */
  readonly missing: readonly string[]
  /** Items that are there more than once. */
  readonly doubled: readonly string[]
  /** Requests of which only a part is there: a request is one thing. */
  readonly inPart: readonly string[]
  /** Items nobody has sent. */
  readonly madeUp: readonly string[]
}

/** Compares every item in the store with the ledger. */
export async function compareWithLedger(
  store: Pick<Store, 'query'>,
  ledger: Ledger,
): Promise<Verdict & { readonly stored: number }> {
  const verdict = { missing: [] as string[], doubled: [] as string[], inPart: [] as string[], madeUp: [] as string[] }
  let stored = 0
  for (const signal of ['traces', 'logs', 'metrics'] as const) {
    const { rows } = await store.query<{ number: string; times: string }>(NUMBERS[signal])
    const times = new Map(rows.map((row) => [Number(row.number), Number(row.times)]))
    stored += times.size
    for (const number of ledger.sent) {
      if (signalOf(number) !== signal) continue
      let found = 0
      for (let index = 0; index < ITEMS[signal]; index++) {
        const item = itemNumber(number, index)
        const count = times.get(item) ?? 0
        times.delete(item)
        if (count > 0) found++
        if (count > 1) verdict.doubled.push(`${signal} ${item} × ${count}`)
        if (count === 0 && ledger.acknowledged.has(number)) verdict.missing.push(`${signal} ${item}`)
      }
      if (found > 0 && found < ITEMS[signal]) verdict.inPart.push(`${signal} request ${number}`)
    }
    for (const item of times.keys()) verdict.madeUp.push(`${signal} ${item}`)
  }
  return { ...verdict, stored }
}

/** The verdict when everything is as it should be. */
export const NOTHING_WRONG: Verdict = { missing: [], doubled: [], inPart: [], madeUp: [] }
