import { SIGNALS, type Signal } from '@clew/otlp/signal'
import type { CollectorConfig, ComponentEntry, PipelineConfig } from '../config/collector-config.ts'
import type { ComponentKind } from './component.ts'

/** A component instance to be. */
export interface PlannedNode {
  /** `receiver/otlp`, `processor/batch@traces`, `exporter/debug`, `connector/forward@traces->traces`. */
  readonly node: string
  readonly kind: ComponentKind
  readonly entry: ComponentEntry
  readonly pipelines: string[]
  readonly signals: Signal[]
  /** Connectors only. */
  readonly from?: Signal
  readonly to?: Signal
}

/** A pipeline as nodes: who feeds it, its processors in order, and who takes what comes out. */
export interface PlannedPipeline {
  readonly id: string
  readonly signal: Signal
  /** Nodes of receivers, and of connectors that end here. */
  readonly sources: readonly string[]
  readonly processors: readonly string[]
  /** Nodes of exporters, and of connectors that begin here. */
  readonly sinks: readonly string[]
}

export interface GraphPlan {
  readonly nodes: ReadonlyMap<string, PlannedNode>
  /** In an order in which every pipeline comes after the ones it feeds. */
  readonly pipelines: readonly PlannedPipeline[]
  readonly extensions: readonly PlannedNode[]
}

export interface GraphProblem {
  /** `::` path to blame. */
  readonly path: readonly string[]
  readonly problem: string
  readonly fix?: string
}

/** Turns a checked configuration into nodes and edges. All problems are collected; the plan is usable when there are none. */
export function planGraph(config: CollectorConfig): { plan: GraphPlan; problems: GraphProblem[] } {
  const planner = new Planner(config)
  return { plan: planner.plan(), problems: planner.problems }
}

class Planner {
  readonly problems: GraphProblem[] = []
  readonly #config: CollectorConfig
  readonly #nodes = new Map<string, PlannedNode>()

  constructor(config: CollectorConfig) {
    this.#config = config
  }

  plan(): GraphPlan {
    this.#checkConnectorUse()
    const pipelines = [...this.#config.service.pipelines.values()].map((pipeline) => this.#pipeline(pipeline))
    const extensions = this.#config.service.extensions.flatMap((id) => {
      const entry = this.#config.extensions.get(id)
      if (entry === undefined) return []
      return [this.#node('extension', `extension/${id}`, entry)]
    })
    return { nodes: this.#nodes, pipelines: this.#sort(pipelines), extensions }
  }

  #pipeline(pipeline: PipelineConfig): PlannedPipeline {
    const { id, signal } = pipeline
    const sources: string[] = []
    const sinks: string[] = []
    for (const name of pipeline.receivers) {
      const receiver = this.#config.receivers.get(name)
      if (receiver !== undefined) sources.push(this.#use('receiver', name, receiver, pipeline))
      else sources.push(...this.#connectorEnds(name, pipeline, 'to'))
    }
    for (const name of pipeline.exporters) {
      const exporter = this.#config.exporters.get(name)
      if (exporter !== undefined) sinks.push(this.#use('exporter', name, exporter, pipeline))
      else sinks.push(...this.#connectorEnds(name, pipeline, 'from'))
    }
    const processors = pipeline.processors.flatMap((name) => {
      const entry = this.#config.processors.get(name)
      if (entry === undefined) return []
      this.#checkSignal('processor', name, entry, pipeline)
      return [this.#node('processor', `processor/${name}@${id}`, entry, id, signal).node]
    })
    return { id, signal, sources, processors, sinks }
  }

  #use(kind: 'receiver' | 'exporter', name: string, entry: ComponentEntry, pipeline: PipelineConfig): string {
    this.#checkSignal(kind, name, entry, pipeline)
    return this.#node(kind, `${kind}/${name}`, entry, pipeline.id, pipeline.signal).node
  }

  #checkSignal(kind: ComponentKind, name: string, entry: ComponentEntry, pipeline: PipelineConfig): void {
    const { factory } = entry
    if (!('signals' in factory) || factory.signals.includes(pipeline.signal)) return
    this.problems.push({
      path: ['service', 'pipelines', pipeline.id],
      problem: `error creating ${kind} "${name}" for data type "${pipeline.signal}" is not supported`,
      fix: `it supports ${factory.signals.join(', ')}`,
    })
  }

  /** The nodes of connector `name` at its end in `pipeline`: one for each signal pair that other pipelines ask for. */
  #connectorEnds(name: string, pipeline: PipelineConfig, end: 'from' | 'to'): string[] {
    const entry = this.#config.connectors.get(name)
    if (entry === undefined || entry.factory.kind !== 'connector') return []
    const { conversions } = entry.factory
    const other = end === 'to' ? 'exporters' : 'receivers'
    const found: string[] = []
    for (const far of SIGNALS) {
      const used = [...this.#config.service.pipelines.values()].some((p) => p.signal === far && p[other].includes(name))
      const [from, to] = end === 'to' ? [far, pipeline.signal] : [pipeline.signal, far]
      if (!used || !conversions.some((one) => one.from === from && one.to === to)) continue
      const node = this.#node('connector', `connector/${name}@${from}->${to}`, entry, pipeline.id, from, { from, to })
      found.push(node.node)
    }
    return found
  }

  /** A connector must be used on both ends, and with signals it can turn into each other. */
  #checkConnectorUse(): void {
    const pipelines = [...this.#config.service.pipelines.values()]
    for (const [name, { factory }] of this.#config.connectors) {
      if (factory.kind !== 'connector') continue
      const into = pipelines.filter((one) => one.exporters.includes(name))
      const outOf = pipelines.filter((one) => one.receivers.includes(name))
      for (const one of into) {
        if (outOf.some((far) => factory.conversions.some((c) => c.from === one.signal && c.to === far.signal))) continue
        this.problems.push({
          path: ['connectors', name],
          problem: `connector "${name}" used as exporter in [${one.id}] pipeline but not used in any supported receiver pipeline`,
          fix: `name it under receivers of a pipeline it can feed: ${factory.conversions.map((c) => `${c.from} to ${c.to}`).join(', ')}`,
        })
      }
      for (const one of outOf) {
        if (into.some((far) => factory.conversions.some((c) => c.from === far.signal && c.to === one.signal))) continue
        this.problems.push({
          path: ['connectors', name],
          problem: `connector "${name}" used as receiver in [${one.id}] pipeline but not used in any supported exporter pipeline`,
          fix: `name it under exporters of a pipeline that can feed it: ${factory.conversions.map((c) => `${c.from} to ${c.to}`).join(', ')}`,
        })
      }
    }
  }

  #node(
    kind: ComponentKind,
    node: string,
    entry: ComponentEntry,
    pipeline?: string,
    signal?: Signal,
    ends?: { from: Signal; to: Signal },
  ): PlannedNode {
    let planned = this.#nodes.get(node)
    if (planned === undefined) {
      planned = { node, kind, entry, pipelines: [], signals: [], ...ends }
      this.#nodes.set(node, planned)
    }
    if (pipeline !== undefined && !planned.pipelines.includes(pipeline)) planned.pipelines.push(pipeline)
    if (signal !== undefined && !planned.signals.includes(signal)) planned.signals.push(signal)
    return planned
  }

  /** Depth-first: a pipeline is done when all it feeds are. A pipeline met again on the way down is a cycle. */
  #sort(pipelines: readonly PlannedPipeline[]): PlannedPipeline[] {
    const sorted: PlannedPipeline[] = []
    const state = new Map<PlannedPipeline, 'open' | 'done'>()
    const visit = (pipeline: PlannedPipeline, trail: readonly string[]): void => {
      if (state.get(pipeline) === 'done') return
      const here = [...trail, `pipeline "${pipeline.id}"`]
      if (state.get(pipeline) === 'open') {
        const start = here.indexOf(`pipeline "${pipeline.id}"`)
        this.problems.push({
          path: ['service', 'pipelines', pipeline.id],
          problem: `cycle detected: ${here.slice(start).join(' -> ')}`,
          fix: 'remove one of the connectors on the way',
        })
        return
      }
      state.set(pipeline, 'open')
      for (const sink of pipeline.sinks) {
        for (const next of pipelines) if (next.sources.includes(sink)) visit(next, [...here, sink])
      }
      state.set(pipeline, 'done')
      sorted.push(pipeline)
    }
    for (const pipeline of pipelines) visit(pipeline, [])
    return sorted
  }
}
