import type { Pipeline } from '@clew/contract/pipeline'

export type PipelineNode = Pipeline['nodes'][number]

/** One pipeline as columns, from receivers to exporters. */
export interface PipelineFlow {
  /** `traces`, `logs/audit`. */
  readonly name: string
  readonly columns: readonly (readonly PipelineNode[])[]
}

/** The signal that a pipeline carries: the part of its name before the slash. */
export function pipelineSignal(name: string): 'traces' | 'logs' | 'metrics' | undefined {
  const signal = name.split('/')[0]
  return signal === 'traces' || signal === 'logs' || signal === 'metrics' ? signal : undefined
}

/**
 * Every pipeline with its nodes in the order in which data flows: a node's column is one behind the last of its
 * predecessors in this pipeline; receivers are always first and exporters last, whether data has flowed or not.
 */
export function pipelineFlows(pipeline: Pick<Pipeline, 'nodes' | 'edges'>): PipelineFlow[] {
  const names = [...new Set(pipeline.nodes.flatMap((node) => node.pipelines))]
  return names.map((name) => {
    const nodes = pipeline.nodes.filter((node) => node.pipelines.includes(name))
    const ids = new Set(nodes.map(({ id }) => id))
    const edges = pipeline.edges.filter(({ source, target }) => ids.has(source) && ids.has(target))
    const depth = new Map(nodes.map((node) => [node.id, node.kind === 'receiver' ? 0 : 1]))
    // Longest path; as many rounds as nodes are enough, also when the configuration has a loop through connectors.
    for (let round = 0; round < nodes.length; round++) {
      for (const { source, target } of edges) {
        const next = Math.min(nodes.length, (depth.get(source) ?? 0) + 1)
        if ((depth.get(target) ?? 0) < next && !isReceiver(nodes, target)) depth.set(target, next)
      }
    }
    const last = Math.max(
      1,
      ...nodes.filter(({ kind }) => kind !== 'exporter').map(({ id }) => (depth.get(id) ?? 0) + 1),
    )
    for (const node of nodes) if (node.kind === 'exporter') depth.set(node.id, last)
    const depths = [...new Set(depth.values())].sort((a, b) => a - b)
    return { name, columns: depths.map((one) => nodes.filter(({ id }) => depth.get(id) === one)) }
  })
}

function isReceiver(nodes: readonly PipelineNode[], id: string): boolean {
  return nodes.some((node) => node.id === id && node.kind === 'receiver')
}

/** How full a queue is, 0 to 1, by its tightest limit; null when nothing limits it. */
export function queueShare(queue: NonNullable<PipelineNode['queue']>): number | null {
  const shares = [
    queue.capacityItems === null || queue.capacityItems === 0 ? null : queue.items / queue.capacityItems,
    queue.capacityBytes === null || queue.capacityBytes === 0 ? null : queue.bytes / queue.capacityBytes,
  ].filter((share) => share !== null)
  return shares.length === 0 ? null : Math.min(1, Math.max(...shares))
}
