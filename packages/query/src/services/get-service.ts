import { ClewError } from '@clew/base/errors'
import type { OutputOf, ParsedInputOf } from '@clew/contract/endpoint'
import type { getService } from '@clew/contract/services'
import { sql } from '@clew/store/sql/sql'
import type { Question } from '../run/question.ts'
import { minutesOf, readRange } from '../run/time-range.ts'
import { storedValue, valueText } from '../values/stored-value.ts'
import { edgeKind, edgeRed, readEdges } from './edges.ts'
import { entryStats } from './entry-stats.ts'
import { readOperations } from './operations.ts'
import { redOf, redSeriesOf, redSteps } from './red.ts'

const MAX_OPERATIONS = 200
const MAX_RESOURCES = 500
const MAX_VALUES_PER_KEY = 50

type Service = OutputOf<typeof getService>

/** One service. Throws ClewError SERVICE_NOT_FOUND when it had no spans in the range. */
export async function answerGetService(input: ParsedInputOf<typeof getService>, question: Question): Promise<Service> {
  const range = readRange(input, question.nowNanos)
  const steps = redSteps(minutesOf(range), input.steps)
  const ofService = sql`Service = ${input.service}`
  const rows = (await entryStats(steps, ofService, question)).get(input.service)
  if (rows === undefined) {
    throw new ClewError('SERVICE_NOT_FOUND', `the service '${input.service}' had no spans in this time`, {
      fix: 'ask for a longer time, or look at the list of services',
    })
  }
  const { edges } = await readEdges(range, sql`(Caller = ${input.service} OR Callee = ${input.service})`, question)
  return {
    name: input.service,
    red: redOf(rows, Number(range.endNanos - range.startNanos) / 1e9),
    series: redSeriesOf(rows, steps),
    operations: (await readOperations(range, ofService, MAX_OPERATIONS, question)).map((operation) => ({
      name: operation.name,
      kind: operation.kind,
      red: operation.red,
    })),
    callers: edges
      .filter((edge) => edge.callee === input.service)
      .map((edge) => ({ service: edge.caller, red: edgeRed([edge], range) })),
    callees: edges
      .filter((edge) => edge.caller === input.service)
      .map((edge) => ({ service: edge.callee, kind: edgeKind(edge.connection), red: edgeRed([edge], range) })),
    resources: await readResources(input.service, question),
    meta: question.meta(),
  }
}

/** Resource attributes of the service with the values seen, from the newest resources. */
async function readResources(service: string, question: Question): Promise<Service['resources']> {
  const { rows } = await question.run<{ attributes: [string, string][] }>(sql`
    SELECT Attributes AS attributes FROM resources
    WHERE Service = ${service}
    ORDER BY Day DESC LIMIT 1 BY ResourceId LIMIT ${MAX_RESOURCES}`)
  const values = new Map<string, Set<string>>()
  for (const { attributes } of rows) {
    for (const [key, stored] of attributes) {
      const seen = values.get(key) ?? new Set()
      if (seen.size < MAX_VALUES_PER_KEY) seen.add(valueText(storedValue(stored)))
      values.set(key, seen)
    }
  }
  return [...values].map(([key, seen]) => ({ key, values: [...seen].sort() })).sort((a, b) => (a.key < b.key ? -1 : 1))
}
