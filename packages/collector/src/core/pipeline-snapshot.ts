import { SIGNALS, type Signal } from '@clew/otlp/signal'
import type { ComponentKind, QueueState } from './component.ts'
import type { ReasonCount } from './component-record.ts'
import { zeroCounts, type SignalCounts } from './counts.ts'
import type { Books, DecisionRecord } from './decisions.ts'
import type { Graph } from './graph.ts'
import type { ComponentStatus } from './status.ts'

export interface SnapshotNode {
  /** `receiver/otlp`, `processor/batch@traces`, `exporter/clew`. */
  readonly node: string
  readonly kind: ComponentKind
  /** As configured: `otlp`. */
  readonly id: string
  readonly pipelines: readonly string[]
  readonly status: ComponentStatus
  readonly message: string
  readonly lastError: string | null
  readonly sinceNanos: string
  readonly addresses: Readonly<Record<string, string>>
  readonly queue: SnapshotQueue | null
}

export interface SnapshotQueue {
  readonly items: number
  readonly bytes: number
  readonly requests: number
  readonly capacityItems: number | null
  readonly capacityBytes: number | null
  readonly capacityRequests: number | null
}

/** All pipelines between the same two nodes as one edge. Totals since the start, in points and bytes. */
export interface SnapshotEdge {
  readonly source: string
  readonly target: string
  readonly items: SignalCounts
  readonly bytes: SignalCounts
  /** Points that came back: refused or failed. */
  readonly failed: SignalCounts
}

export interface SnapshotReason {
  readonly node: string
  readonly reason: string
  readonly signal: Signal
  readonly count: number
  /** Requests among them that were turned away unread: how many items they had is unknown. */
  readonly unreadRequests: number
  readonly lastNanos: string
}

/** Everything about the running graph at one moment. Plain JSON: nanoseconds are decimal strings. */
export interface PipelineSnapshot {
  readonly timeNanos: string
  readonly ready: boolean
  readonly nodes: readonly SnapshotNode[]
  readonly edges: readonly SnapshotEdge[]
  readonly books: Books
  readonly dropped: readonly SnapshotReason[]
  readonly refused: readonly SnapshotReason[]
}

/** What is in all queues now. */
export function queuedCounts(graph: Graph): SignalCounts {
  const sum = zeroCounts()
  for (const node of graph.nodes) {
    const queued = (node.component as { queued?(): SignalCounts }).queued?.()
    if (queued !== undefined) for (const signal of SIGNALS) sum[signal] += queued[signal]
  }
  return sum
}

/** Takes the snapshot. */
export function takeSnapshot(
  graph: Graph,
  decisions: DecisionRecord,
  timeNanos: bigint,
  ready: boolean,
): PipelineSnapshot {
  const edges = new Map<string, SnapshotEdge>()
  for (const edge of graph.edges) {
    const key = `${edge.source}\u0000${edge.target}`
    const sum = edges.get(key) ?? {
      source: edge.source,
      target: edge.target,
      items: zeroCounts(),
      bytes: zeroCounts(),
      failed: zeroCounts(),
    }
    sum.items[edge.signal] += edge.items
    sum.bytes[edge.signal] += edge.bytes
    sum.failed[edge.signal] += edge.failedItems
    edges.set(key, sum)
  }
  const records = decisions.components()
  return {
    timeNanos: String(timeNanos),
    ready,
    nodes: graph.nodes.map((node) => {
      const { status, message, sinceNanos, lastError } = node.status.state
      const queue = graph.queueOf(node)
      return {
        node: node.node,
        kind: node.kind,
        id: node.id,
        pipelines: node.pipelines,
        status,
        message,
        lastError: lastError ?? null,
        sinceNanos: String(sinceNanos),
        addresses: (node.component as { addresses?(): Record<string, string> }).addresses?.() ?? {},
        queue: queue === undefined ? null : showQueue(queue),
      }
    }),
    edges: [...edges.values()],
    books: decisions.books(queuedCounts(graph)),
    dropped: records.flatMap((record) => record.droppedByReason().map((row) => showReason(record.component, row))),
    refused: records.flatMap((record) => record.refusedByReason().map((row) => showReason(record.component, row))),
  }
}

function showQueue(queue: QueueState): SnapshotQueue {
  return {
    items: queue.items,
    bytes: queue.bytes,
    requests: queue.requests,
    capacityItems: queue.capacityItems ?? null,
    capacityBytes: queue.capacityBytes ?? null,
    capacityRequests: queue.capacityRequests ?? null,
  }
}

function showReason(node: string, row: ReasonCount): SnapshotReason {
  const { reason, signal, count, unreadRequests, lastNanos } = row
  return { node, reason, signal, count, unreadRequests, lastNanos: String(lastNanos) }
}
