import type { OutputOf, ParsedInputOf } from '@clew/contract/endpoint'
import type { metricLabels } from '@clew/contract/metrics'
import { andSql, sql } from '@clew/store/sql/sql'
import type { Question } from '../run/question.ts'
import { readRange } from '../run/time-range.ts'
import { storedValue, valueText } from '../values/stored-value.ts'
import { findMetric } from './find-metric.ts'
import { hasPoints } from './has-points.ts'

interface LabelRow {
  label: string
  distinct: string
  frequent: string[]
}

/** Labels of a metric: attributes of its points and resources, and the service. */
export async function answerMetricLabels(
  input: ParsedInputOf<typeof metricLabels>,
  question: Question,
): Promise<OutputOf<typeof metricLabels>> {
  const range = readRange(input, question.nowNanos)
  const found = await findMetric(input.name, '', question)
  const where = andSql([found.where, hasPoints([found.table], range)])
  const { rows } = await question.run<LabelRow>(
    sql`SELECT label, count() AS distinct, arraySlice(groupArray(stored), 1, ${input.limit}) AS frequent
FROM (SELECT pair.1 AS label, pair.2 AS stored, count() AS series
  FROM (SELECT ResourceId, arrayJoin(arrayConcat([('service', toString(Service))], Attributes::Array(Tuple(String, String)))) AS pair
    FROM (SELECT * FROM metric_series WHERE ${where} LIMIT 1 BY SeriesId)
    UNION ALL
    SELECT ResourceId, arrayJoin(Attributes::Array(Tuple(String, String))) AS pair
    FROM (SELECT ResourceId, Attributes FROM resources
      WHERE ResourceId IN (SELECT ResourceId FROM metric_series WHERE ${where}) LIMIT 1 BY ResourceId))
  WHERE pair.1 != 'service.name'
  GROUP BY label, stored
  ORDER BY series DESC, stored)
GROUP BY label
ORDER BY label = 'service' DESC, label`,
    { shown: true },
  )
  const labels = rows.map((row) => ({
    key: row.label,
    valueCount: Number(row.distinct),
    values: row.frequent.map((stored) => valueText(storedValue(stored))),
  }))
  return { labels, meta: question.meta() }
}
