import type { Consumer } from '@clew/otlp/consumer'
import type { Signal } from '@clew/otlp/signal'
import type { BatchHint } from './batch-hint.ts'
import type {
  Component,
  ComponentContext,
  ComponentKind,
  Exporter,
  Processor,
  QueueState,
  Refusal,
} from './component.ts'
import type { ComponentRecord } from './component-record.ts'
import { CountedOutcomes, Edge } from './edge.ts'
import { FanOut } from './fan-out.ts'
import type { GraphPlan, PlannedNode, PlannedPipeline } from './graph-plan.ts'
import type { StatusMachine } from './status.ts'

/** A component that was built, and what is known of it. */
export interface GraphNode {
  readonly node: string
  readonly kind: ComponentKind
  readonly id: string
  readonly pipelines: readonly string[]
  readonly component: Component
  readonly status: StatusMachine
  readonly record: ComponentRecord
}

/** What components of a graph need from outside. */
export interface GraphEnvironment {
  context(planned: PlannedNode, status: StatusMachine, batchHint: BatchHint | undefined): ComponentContext
  readonly newStatus: (node: string) => StatusMachine
}

/** The built graph: all nodes in start order (exporters first), and the edges between them. */
export class Graph {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly Edge[]

  constructor(nodes: readonly GraphNode[], edges: readonly Edge[]) {
    this.nodes = nodes
    this.edges = edges
  }

  /** How full the buffer of a node is, when it has one. */
  queueOf(node: GraphNode): QueueState | undefined {
    return (node.component as Partial<Exporter>).queue?.()
  }
}

/** Creates every component of the plan and connects them. Nothing is started. Throws what a factory throws. */
export function buildGraph(plan: GraphPlan, environment: GraphEnvironment): Graph {
  return new Builder(plan, environment).build()
}

class Builder {
  readonly #plan: GraphPlan
  readonly #environment: GraphEnvironment
  readonly #built = new Map<string, GraphNode>()
  readonly #sinks = new Map<string, Consumer>()
  readonly #contexts = new Map<string, ComponentContext>()
  readonly #edges: Edge[] = []
  readonly #counted = new CountedOutcomes()
  readonly #admissions = new Map<string, (() => Refusal | undefined)[]>()

  constructor(plan: GraphPlan, environment: GraphEnvironment) {
    this.#plan = plan
    this.#environment = environment
  }

  build(): Graph {
    const extensions = this.#plan.extensions.map((planned) => this.#extension(planned))
    // Pipelines come in an order in which what a pipeline feeds is there already.
    const processors = new Map<string, Processor[]>()
    for (const pipeline of this.#plan.pipelines) {
      for (const sink of pipeline.sinks) this.#sink(sink)
      processors.set(pipeline.id, this.#processors(pipeline))
    }
    for (const planned of this.#plan.nodes.values()) if (planned.kind === 'receiver') this.#receiver(planned)
    const order: readonly ComponentKind[] = ['exporter', 'connector', 'processor', 'receiver']
    const nodes = [...this.#built.values()].filter((node) => node.kind !== 'extension')
    nodes.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
    return new Graph([...extensions, ...nodes], this.#edges)
  }

  #extension(planned: PlannedNode): GraphNode {
    const { factory, config } = planned.entry
    if (factory.kind !== 'extension') throw new TypeError(`${planned.node} is no extension`)
    return this.#add(planned, (context) => factory.create(config, context))
  }

  #sink(node: string): void {
    if (this.#built.has(node)) return
    const planned = this.#planned(node)
    const { factory, config } = planned.entry
    if (factory.kind === 'exporter') {
      const built = this.#add(planned, (context) => factory.create(config, context, planned.signals))
      this.#sinks.set(node, built.component as Exporter)
    } else if (factory.kind === 'connector' && planned.from !== undefined && planned.to !== undefined) {
      const { from, to } = planned
      const built = this.#add(planned, (context) =>
        factory.create(config, context, from, to, this.#entries(node, to, context.record)),
      )
      this.#sinks.set(node, built.component as Exporter)
    }
  }

  /** From the last to the first, since each is given the next. */
  #processors(pipeline: PlannedPipeline): Processor[] {
    const built: Processor[] = []
    for (let i = pipeline.processors.length - 1; i >= 0; i--) {
      const planned = this.#planned(pipeline.processors[i] ?? '')
      const { factory, config } = planned.entry
      if (factory.kind !== 'processor') continue
      const node = this.#add(planned, (context) =>
        factory.create(config, context, pipeline.signal, this.#after(planned.node, pipeline, i + 1, context.record)),
      )
      const processor = node.component as Processor
      built.unshift(processor)
      this.#sinks.set(planned.node, processor)
    }
    const asks = built.flatMap((one) => (one.admission === undefined ? [] : [() => one.admission?.()]))
    this.#admissions.set(pipeline.id, asks)
    return built
  }

  #receiver(planned: PlannedNode): void {
    const { factory, config } = planned.entry
    if (factory.kind !== 'receiver') return
    this.#add(planned, (context) => {
      const consumers: Partial<Record<Signal, Consumer>> = {}
      const asks: Partial<Record<Signal, (() => Refusal | undefined)[]>> = {}
      for (const signal of planned.signals) {
        consumers[signal] = this.#entries(planned.node, signal, context.record)
        asks[signal] = this.#plan.pipelines
          .filter((one) => one.signal === signal && one.sources.includes(planned.node))
          .flatMap((one) => this.#admissions.get(one.id) ?? [])
      }
      return factory.create(config, context, {
        consumers,
        admission: (signal) => {
          for (const ask of asks[signal] ?? []) {
            const refusal = ask()
            if (refusal !== undefined) return refusal
          }
          return undefined
        },
      })
    })
  }

  /** The beginnings of all pipelines of `signal` that `source` feeds, as one consumer. */
  #entries(source: string, signal: Signal, record: ComponentRecord): Consumer {
    const pipelines = this.#plan.pipelines.filter((one) => one.signal === signal && one.sources.includes(source))
    return this.#join(
      pipelines.flatMap((pipeline) => this.#targets(source, pipeline, 0)),
      record,
    )
  }

  #after(source: string, pipeline: PlannedPipeline, index: number, record: ComponentRecord): Consumer {
    return this.#join(this.#targets(source, pipeline, index), record)
  }

  /** Edges from `source` to the processor at `index`, or to what follows the last one. */
  #targets(source: string, pipeline: PlannedPipeline, index: number): Edge[] {
    const processor = pipeline.processors[index]
    const targets = processor === undefined ? pipeline.sinks : [processor]
    return targets.map((target) => {
      const next = this.#sinks.get(target)
      const context = this.#contexts.get(target)
      if (next === undefined || context === undefined) throw new Error(`${target} is not built yet`)
      const edge = new Edge({
        source,
        target,
        pipeline: pipeline.id,
        signal: pipeline.signal,
        next,
        record: context.record,
        counted: this.#counted,
        clock: context.clock,
      })
      this.#edges.push(edge)
      return edge
    })
  }

  #join(consumers: readonly Consumer[], record: ComponentRecord): Consumer {
    const [only] = consumers
    return only !== undefined && consumers.length === 1 ? only : new FanOut(consumers, record, this.#counted)
  }

  #add(planned: PlannedNode, create: (context: ComponentContext) => Component): GraphNode {
    const status = this.#environment.newStatus(planned.node)
    const context = this.#environment.context(planned, status, this.#batchHint(planned))
    this.#contexts.set(planned.node, context)
    const component = create(context)
    const node: GraphNode = {
      node: planned.node,
      kind: planned.kind,
      id: planned.entry.id,
      pipelines: planned.pipelines,
      component,
      status,
      record: context.record,
    }
    this.#built.set(planned.node, node)
    return node
  }

  /** A `batch` processor in a pipeline tells the exporters behind it how to fill their requests. */
  #batchHint(planned: PlannedNode): BatchHint | undefined {
    if (planned.kind !== 'exporter') return undefined
    for (const pipeline of this.#plan.pipelines) {
      if (!pipeline.sinks.includes(planned.node)) continue
      for (const name of pipeline.processors) {
        const { factory, config } = this.#planned(name).entry
        const hint = factory.kind === 'processor' ? factory.batchHint?.(config) : undefined
        if (hint !== undefined) return hint
      }
    }
    return undefined
  }

  #planned(node: string): PlannedNode {
    const planned = this.#plan.nodes.get(node)
    if (planned === undefined) throw new Error(`${node} is not in the plan`)
    return planned
  }
}
