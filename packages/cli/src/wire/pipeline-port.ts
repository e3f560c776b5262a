import { redactText } from '@clew/base/redact'
import type { SnapshotNode, SnapshotReason } from '@clew/collector/core/pipeline-snapshot'
import type { RunningCollector } from '@clew/collector/core/start-collector'
import type { Pipeline } from '@clew/contract/pipeline'
import type { PipelinePort } from '@clew/query/ports'
import type { ProcessStats } from './process-stats.ts'
import type { StoreFacts } from './store-facts.ts'

type DecisionRow = ReturnType<PipelinePort['decisions']>[number]

/** Gives the query package its view of the running collector, store and process. */
export function pipelinePort(collector: RunningCollector, facts: StoreFacts, stats: ProcessStats): PipelinePort {
  return {
    async snapshot(): Promise<Pipeline> {
      const snapshot = collector.snapshot()
      const { books } = snapshot
      return {
        nodes: snapshot.nodes.map(showNode),
        edges: snapshot.edges.map(({ source, target, items, bytes }) => ({ source, target, items, bytes })),
        totals: {
          received: books.received,
          added: books.added,
          stored: books.stored,
          forwarded: books.forwarded,
          dropped: books.dropped,
          refused: books.refused,
          queued: books.queued,
          inProgress: books.inProgress,
        },
        dropped: snapshot.dropped.map(showReason),
        refused: snapshot.refused.map((row) => ({ ...showReason(row), unreadRequests: row.unreadRequests })),
        store: await storeState(facts, books.stored),
        process: stats.read(),
        timeNanos: snapshot.timeNanos,
      }
    },
    decisions: ({ component, traceId, limit }) =>
      collector.decisions
        .recent({ component, traceId: traceId?.toLowerCase().padStart(32, '0'), limit })
        .map((decision): DecisionRow => {
          const item =
            decision.items.find((each) => traceId === undefined || each.traceId === traceId) ?? decision.items[0]
          return {
            timeNanos: String(decision.timeNanos),
            component: decision.component,
            signal: decision.signal,
            action: decision.action,
            reason: decision.reason,
            rule: decision.rule,
            count: decision.count,
            traceId: item?.traceId ?? '',
            spanId: item?.spanId ?? '',
          }
        }),
    metricsText: () => collector.metricsText(),
    tap: (options) => collector.tap(options),
  }
}

/** What failed may quote the address of the store with its password. */
async function storeState(facts: StoreFacts, stored: Pipeline['totals']['stored']): Promise<Pipeline['store']> {
  const state = await facts.read(stored)
  return { ...state, message: redactText(state.message) }
}

function showNode(node: SnapshotNode): Pipeline['nodes'][number] {
  const { queue } = node
  return {
    id: node.node,
    kind: node.kind,
    name: node.id,
    pipelines: [...node.pipelines],
    status: node.status,
    statusMessage: redactText(node.message === '' && node.status !== 'ok' ? (node.lastError ?? '') : node.message),
    statusSinceNanos: node.sinceNanos,
    queue:
      queue === null
        ? null
        : {
            items: queue.items,
            bytes: queue.bytes,
            capacityItems: queue.capacityItems,
            capacityBytes: queue.capacityBytes,
          },
  }
}

function showReason({ node, reason, signal, count, lastNanos }: SnapshotReason): Pipeline['dropped'][number] {
  return { component: node, reason, signal, count, lastNanos }
}
