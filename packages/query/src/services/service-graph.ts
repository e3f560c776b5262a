import type { OutputOf, ParsedInputOf } from '@clew/contract/endpoint'
import type { serviceGraph } from '@clew/contract/services'
import { sql } from '@clew/store/sql/sql'
import type { Question } from '../run/question.ts'
import { minutesOf, readRange } from '../run/time-range.ts'
import { edgeKind, edgeRed, readEdges, type Edge } from './edges.ts'
import { entryStats } from './entry-stats.ts'
import { redOf, redSteps } from './red.ts'

type Graph = OutputOf<typeof serviceGraph>

/** Services that had spans, what they call, and the calls between them. */
export async function answerServiceGraph(
  input: ParsedInputOf<typeof serviceGraph>,
  question: Question,
): Promise<Graph> {
  const range = readRange(input, question.nowNanos)
  const stats = await entryStats(redSteps(minutesOf(range), 1), sql`1`, question)
  const { edges, settledNanos } = await readEdges(range, sql`1`, question)
  const seconds = Number(range.endNanos - range.startNanos) / 1e9
  const nodes: Graph['nodes'] = [...stats].map(([name, rows]) => ({
    name,
    kind: 'service',
    red: redOf(rows, seconds),
  }))
  for (const [name, calls] of callsOfOthers(edges, new Set(stats.keys()))) {
    nodes.push({ name, kind: nodeKind(calls), red: edgeRed(calls, range) })
  }
  return {
    nodes,
    edges: edges.map((edge) => ({
      source: edge.caller,
      target: edge.callee,
      kind: edgeKind(edge.connection),
      red: edgeRed([edge], range),
    })),
    settledNanos: settledNanos.toString(),
    meta: question.meta(),
  }
}

function callsOfOthers(edges: readonly Edge[], services: ReadonlySet<string>): Map<string, Edge[]> {
  const others = new Map<string, Edge[]>()
  for (const edge of edges) {
    for (const name of [edge.callee, edge.caller]) {
      if (services.has(name)) continue
      const calls = others.get(name) ?? []
      if (name === edge.callee) calls.push(edge)
      others.set(name, calls)
    }
  }
  return others
}

function nodeKind(calls: readonly Edge[]): 'service' | 'database' | 'messaging' | 'external' {
  const connection = calls[0]?.connection
  if (connection === 'database' || connection === 'messaging') return connection
  return connection === 'peer' ? 'external' : 'service'
}
