import type { OutputOf, ParsedInputOf } from '@clew/contract/endpoint'
import type { listServices } from '@clew/contract/services'
import { sql } from '@clew/store/sql/sql'
import type { Question } from '../run/question.ts'
import { minutesOf, readRange } from '../run/time-range.ts'
import { entryStats } from './entry-stats.ts'
import { redOf, redSeriesOf, redSteps } from './red.ts'

const NANOS_PER_MINUTE = 60_000_000_000n

/** Services that had spans in the range (in whole minutes), busiest first. */
export async function answerListServices(
  input: ParsedInputOf<typeof listServices>,
  question: Question,
): Promise<OutputOf<typeof listServices>> {
  const range = readRange(input, question.nowNanos)
  const steps = redSteps(minutesOf(range), input.steps)
  const seconds = Number(range.endNanos - range.startNanos) / 1e9
  const where = input.prefix === '' ? sql`1` : sql`startsWith(lower(Service), lower(${input.prefix}))`
  const stats = await entryStats(steps, where, question)
  const services = [...stats]
    .map(([name, rows]) => ({
      name,
      spanCount: rows.reduce((sum, row) => sum + row.spans, 0),
      red: redOf(rows, seconds),
      series: redSeriesOf(rows, steps),
      lastSeenNanos: lastSeen(Math.max(...rows.map((row) => row.lastMinute)), range.endNanos),
    }))
    .sort((a, b) => b.red.calls - a.red.calls || (a.name < b.name ? -1 : 1))
  if (services.length > input.limit) {
    question.incomplete('limit', `${services.length - input.limit} more services had spans`)
  }
  return { services: services.slice(0, input.limit), meta: question.meta() }
}

/** Rollups know minutes: the end of the last one, but not after the range. */
function lastSeen(minute: number, endNanos: bigint): string {
  const end = (BigInt(minute) + 1n) * NANOS_PER_MINUTE
  return (end < endNanos ? end : endNanos).toString()
}
