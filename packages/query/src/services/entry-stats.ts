import { sql, type Sql } from '@clew/store/sql/sql'
import type { Question } from '../run/question.ts'
import type { DurationBuckets } from './duration-histogram.ts'
import type { RedSteps, RedSums } from './red.ts'

/** Sums of the entry spans of a service in one step. */
export interface StepStats extends RedSums {
  readonly service: string
  readonly step: number
  /** Spans of every kind, as stored. */
  readonly spans: number
  /** Start of the last minute in which there were spans. */
  readonly lastMinute: number
}

interface StatsRow {
  service: string
  step: number
  isEntry: number
  calls: number
  errors: number
  spans: string
  lastMinute: number
  buckets: DurationBuckets
}

/**
 * Entry spans (server and consumer) by service and step, from the rollups; a service that has none counts with all its
 * spans. `where` narrows rows of `operation_stats`.
 */
export async function entryStats(steps: RedSteps, where: Sql, question: Question): Promise<Map<string, StepStats[]>> {
  const { rows } = await question.run<StatsRow>(
    sql`SELECT toString(Service) AS service, toUInt32(intDiv(Minute - ${steps.firstMinute}, ${steps.minutes})) AS step,
  Kind IN (2, 5) AS isEntry, sum(AdjustedSpans) AS calls, sum(AdjustedErrors) AS errors, sum(Spans) AS spans,
  max(Minute) AS lastMinute, sumMap(DurationBuckets) AS buckets
FROM operation_stats
WHERE Minute >= ${steps.firstMinute} AND Minute < ${steps.endMinute} AND ${where}
GROUP BY service, step, isEntry
ORDER BY service, step`,
    { shown: true },
  )
  const withEntries = new Set(rows.filter((row) => row.isEntry === 1).map((row) => row.service))
  const stats = new Map<string, StepStats[]>()
  for (const row of rows) {
    const counts = row.isEntry === 1 || !withEntries.has(row.service)
    const list = stats.get(row.service) ?? []
    list.push({
      service: row.service,
      step: row.step,
      calls: counts ? row.calls : 0,
      errors: counts ? row.errors : 0,
      buckets: counts ? row.buckets : [[], []],
      spans: Number(row.spans),
      lastMinute: row.lastMinute,
    })
    stats.set(row.service, list)
  }
  return stats
}
