import type { OutputOf, ParsedInputOf } from '@clew/contract/endpoint'
import type { logHistogram } from '@clew/contract/logs'
import { SEVERITIES } from '@clew/contract/logs'
import { sql, uint64Parameter } from '@clew/store/sql/sql'
import type { Question } from '../run/question.ts'
import { logRange, matchingLogs } from './matching-logs.ts'

/** Matching records by time and severity. */
export async function answerLogHistogram(
  input: ParsedInputOf<typeof logHistogram>,
  question: Question,
): Promise<OutputOf<typeof logHistogram>> {
  const asked = logRange(input, question)
  const where = await matchingLogs(input, asked, question)
  const { startNanos, endNanos } = input.traceId === undefined ? asked : await extent()
  const buckets = BigInt(input.timeBuckets)
  const step = (endNanos - startNanos + buckets - 1n) / buckets
  const { rows, complete } = await question.run<{ time: string; severity: number; records: string }>(
    sql`SELECT intDiv(AtNanos - ${uint64Parameter(startNanos)}, ${uint64Parameter(step)}) AS time,
  intDiv(SeverityNumber + 3, 4) AS severity, count() AS records
FROM logs
WHERE ${where}
GROUP BY time, severity`,
    { shown: true, onLimit: 'break' },
  )
  if (!complete) question.incomplete('scan-budget', 'only the records that were read in time are counted')
  const series = SEVERITIES.flatMap((severity, place) => {
    const own = rows.filter((row) => (row.severity < SEVERITIES.length ? row.severity : 0) === place)
    if (own.length === 0) return []
    const counts = Array.from({ length: input.timeBuckets }, () => 0)
    for (const row of own) counts[Number(row.time)] = (counts[Number(row.time)] ?? 0) + Number(row.records)
    return [{ severity, counts }]
  })
  return { startNanos: startNanos.toString(), stepNanos: Number(step), series, meta: question.meta() }

  /** The records of one trace lie close together somewhere in all of time. */
  async function extent(): Promise<{ startNanos: bigint; endNanos: bigint }> {
    const { rows } = await question.run<{ first: string; last: string; records: string }>(
      sql`SELECT min(AtNanos) AS first, max(AtNanos) AS last, count() AS records FROM logs WHERE ${where}`,
    )
    const [row] = rows
    if (row === undefined || row.records === '0')
      return { startNanos: question.nowNanos, endNanos: question.nowNanos + 1n }
    return { startNanos: BigInt(row.first), endNanos: BigInt(row.last) + 1n }
  }
}
