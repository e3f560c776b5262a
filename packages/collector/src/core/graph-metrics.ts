import type { Clock } from '@clew/base/clock'
import { SIGNALS } from '@clew/otlp/signal'
import { UNIT_NAME, zeroCounts, type SignalCounts } from './counts.ts'
import type { Graph, GraphNode } from './graph.ts'
import type { Sample, SelfMetrics } from './self-metrics.ts'

/** Registers everything that can be read off the graph and the books, under the names of the OpenTelemetry Collector. */
export function registerGraphMetrics(metrics: SelfMetrics, graph: Graph, clock: Clock): () => void {
  describe(metrics)
  const startedMs = clock.monotonicMillis()
  const startedCpu = process.cpuUsage()
  const stop = [
    metrics.onScrape(() => graph.nodes.flatMap((node) => nodeSamples(graph, node))),
    metrics.onScrape(() => processSamples(clock.monotonicMillis() - startedMs, startedCpu)),
  ]
  return () => {
    for (const one of stop) one()
  }
}

function describe(metrics: SelfMetrics): void {
  for (const unit of Object.values(UNIT_NAME)) {
    metrics.describe(`otelcol_exporter_sent_${unit}`, 'counter', `Number of ${unit} successfully sent or stored`)
    metrics.describe(`otelcol_exporter_send_failed_${unit}`, 'counter', `Number of ${unit} that could not be sent`)
    metrics.describe(`otelcol_exporter_enqueue_failed_${unit}`, 'counter', `Number of ${unit} refused by the queue`)
  }
  metrics.describe('otelcol_processor_incoming_items', 'counter', 'Items handed to the processor')
  metrics.describe('otelcol_processor_outgoing_items', 'counter', 'Items handed on by the processor')
  metrics.describe('otelcol_exporter_queue_size', 'gauge', 'Current size of the sending queue, in its sizer')
  metrics.describe('otelcol_exporter_queue_capacity', 'gauge', 'Capacity of the sending queue, in its sizer')
  metrics.describe('otelcol_process_uptime', 'counter', 'Seconds since the process started')
  metrics.describe('otelcol_process_cpu_seconds', 'counter', 'User and system CPU seconds')
  metrics.describe('otelcol_process_memory_rss', 'gauge', 'Resident memory in bytes')
  metrics.describe('otelcol_process_runtime_heap_alloc_bytes', 'gauge', 'JavaScript heap in use, bytes')
  metrics.describe('otelcol_process_runtime_total_sys_memory_bytes', 'gauge', 'Heap, code and buffers reserved, bytes')
  metrics.describe('clew_dropped_items', 'counter', 'Items that ended here, by reason')
  metrics.describe(
    'clew_refused_unread_requests',
    'counter',
    'Requests turned away before they were decoded, by reason',
  )
  metrics.describe('clew_refused_items', 'counter', 'Items handed back to the sender, by reason')
}

function nodeSamples(graph: Graph, node: GraphNode): Sample[] {
  const samples: Sample[] = []
  const add = (name: string, labels: Record<string, string>, value: number): void => {
    samples.push({ name, labels, value })
  }
  for (const row of node.record.droppedByReason()) {
    add('clew_dropped_items', { component: node.node, signal: row.signal, reason: row.reason }, row.count)
  }
  for (const row of node.record.refusedByReason()) {
    const labels = { component: node.node, signal: row.signal, reason: row.reason }
    add('clew_refused_items', labels, row.count)
    add('clew_refused_unread_requests', labels, row.unreadRequests)
  }
  if (node.kind === 'exporter') {
    const { stored, forwarded, dropped, refused } = node.record.totals
    for (const signal of SIGNALS) {
      const labels = { exporter: node.id }
      const unit = UNIT_NAME[signal]
      add(`otelcol_exporter_sent_${unit}`, labels, stored[signal] + forwarded[signal])
      add(`otelcol_exporter_send_failed_${unit}`, labels, dropped[signal])
      add(`otelcol_exporter_enqueue_failed_${unit}`, labels, refused[signal])
    }
    const queue = graph.queueOf(node)
    if (queue !== undefined) {
      const capacity = queue.capacityRequests ?? queue.capacityItems ?? queue.capacityBytes ?? 0
      const byItems = queue.capacityItems === undefined ? queue.bytes : queue.items
      add(
        'otelcol_exporter_queue_size',
        { exporter: node.id },
        queue.capacityRequests === undefined ? byItems : queue.requests,
      )
      add('otelcol_exporter_queue_capacity', { exporter: node.id }, capacity)
    }
  }
  if (node.kind === 'processor') {
    const { incoming, outgoing } = flow(graph, node.node)
    for (const signal of SIGNALS) {
      const labels = { processor: node.id, otel_signal: signal, pipeline: node.pipelines.join(',') }
      if (incoming[signal] > 0) add('otelcol_processor_incoming_items', labels, incoming[signal])
      if (outgoing[signal] > 0) add('otelcol_processor_outgoing_items', labels, outgoing[signal])
    }
  }
  return samples
}

function flow(graph: Graph, node: string): { incoming: SignalCounts; outgoing: SignalCounts } {
  const incoming = zeroCounts()
  const outgoing = zeroCounts()
  const seen = new Set<string>()
  for (const edge of graph.edges) {
    if (edge.target === node) incoming[edge.signal] += edge.items
    // A fan-out hands the same items to each target: they left the processor once.
    if (edge.source === node && !seen.has(edge.pipeline)) {
      seen.add(edge.pipeline)
      outgoing[edge.signal] += edge.items
    }
  }
  return { incoming, outgoing }
}

function processSamples(uptimeMs: number, startedCpu: NodeJS.CpuUsage): Sample[] {
  const memory = process.memoryUsage()
  const cpu = process.cpuUsage(startedCpu)
  const sample = (name: string, value: number): Sample => ({ name, labels: {}, value })
  return [
    sample('otelcol_process_uptime', uptimeMs / 1000),
    sample('otelcol_process_cpu_seconds', (cpu.user + cpu.system) / 1e6),
    sample('otelcol_process_memory_rss', memory.rss),
    sample('otelcol_process_runtime_heap_alloc_bytes', memory.heapUsed),
    sample('otelcol_process_runtime_total_sys_memory_bytes', memory.heapTotal + memory.external),
  ]
}
