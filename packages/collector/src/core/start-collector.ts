import type { Clock } from '@clew/base/clock'
import { errorMessage } from '@clew/base/errors'
import type { Logger } from '@clew/base/logger'
import type { CollectorConfig } from '../config/collector-config.ts'
import { LOCAL_ACCESS, type AccessPolicy } from '../kit/access.ts'
import type { HttpServer } from '../kit/http-server.ts'
import type { ComponentContext, Host } from './component.ts'
import { DecisionRecord } from './decisions.ts'
import { buildGraph, type Graph, type GraphEnvironment, type GraphNode } from './graph.ts'
import { planGraph } from './graph-plan.ts'
import { registerGraphMetrics } from './graph-metrics.ts'
import { metricsServer } from './metrics-server.ts'
import { takeSnapshot, type PipelineSnapshot } from './pipeline-snapshot.ts'
import { SelfMetrics } from './self-metrics.ts'
import type { TlsServerConfig } from '../kit/tls.ts'
import { StatusMachine } from './status.ts'
import { TapSubscription, type TapOptions } from './tap.ts'

export interface CollectorOptions {
  readonly config: CollectorConfig
  readonly logger: Logger
  readonly clock: Clock
  /** Of the program around, for user agents and `target_info`. */
  readonly version: string
  /** Where the `debug` exporter writes. */
  readonly print: (text: string) => void
  /** Serves `/metrics` here when the configuration names no place; undefined serves it nowhere. */
  readonly metricsEndpoint?: string | undefined
  /** Certificate of that port: the Collector's configuration has no place for it. */
  readonly metricsTls?: TlsServerConfig | undefined
  /** Who may use the ports; without it, whoever is on this machine. */
  readonly access?: AccessPolicy | undefined
  /** Shared with the program around, which may add metrics of its own. */
  readonly metrics?: SelfMetrics | undefined
}

/** A collector that runs. */
export interface RunningCollector {
  readonly decisions: DecisionRecord
  /** True until shutdown begins. */
  ready(): boolean
  /** The whole graph at this moment, ready for JSON. */
  snapshot(): PipelineSnapshot
  /** A bounded look at what leaves a node (or, without one, what receivers hand out). Close it when done. */
  tap(options: TapOptions): TapSubscription
  /** Own metrics as Prometheus text. */
  metricsText(): string
  /** Bound addresses by `node` and protocol: `receiver/otlp` → `{grpc: '127.0.0.1:4317', …}`. */
  addresses(): Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Receivers stop, everything held is flushed as far as `deadlineMs` allows, the rest is dropped and counted. */
  shutdown(deadlineMs: number): Promise<void>
}

/**
 * Builds the graph and starts it, exporters first and receivers last. When a component does not start, those that had
 * started are stopped again and its error is thrown.
 */
export async function startCollector(options: CollectorOptions): Promise<RunningCollector> {
  const collector = new Collector(options)
  await collector.start()
  return collector
}

/** Even when a deadline is used up, everyone gets a moment to close what is open. */
const MIN_STAGE_MS = 100

class Collector implements RunningCollector {
  readonly decisions: DecisionRecord
  readonly #options: CollectorOptions
  readonly #metrics: SelfMetrics
  readonly #graph: Graph
  readonly #startedMillis: number
  readonly #taps = new Set<TapSubscription>()
  readonly #started: GraphNode[] = []
  readonly #stopMetrics: () => void
  #metricsServer: HttpServer | undefined
  #ready = false
  #stopping: Promise<void> | undefined

  constructor(options: CollectorOptions) {
    const { clock, config } = options
    this.#options = options
    this.decisions = new DecisionRecord(clock)
    this.#metrics = options.metrics ?? new SelfMetrics()
    this.#startedMillis = clock.unixMillis()
    this.#graph = buildGraph(planGraph(config).plan, this.#environment())
    this.#stopMetrics = registerGraphMetrics(this.#metrics, this.#graph, clock)
  }

  async start(): Promise<void> {
    const { config, logger } = this.#options
    try {
      for (const node of this.#graph.nodes) {
        this.#started.push(node)
        await node.component.start()
        node.status.report('ok')
      }
      const endpoint = config.service.telemetry.metricsEndpoint ?? this.#options.metricsEndpoint
      if (endpoint !== undefined && !config.service.telemetry.metricsOff) {
        const tls = this.#options.metricsTls
        this.#metricsServer = metricsServer({ text: () => this.metricsText(), access: this.#access(), tls, logger })
        const bound = await this.#metricsServer.listen(endpoint)
        logger.info('own metrics', { url: `${tls === undefined ? 'http' : 'https'}://${bound.text}/metrics` })
      }
      this.#ready = true
    } catch (error) {
      const failed = this.#started.at(-1)
      failed?.status.report('fatal-error', errorMessage(error))
      await this.shutdown(1000)
      throw error
    }
  }

  ready(): boolean {
    return this.#ready
  }

  snapshot(): PipelineSnapshot {
    return takeSnapshot(this.#graph, this.decisions, this.#options.clock.unixNanos(), this.#ready)
  }

  tap(options: TapOptions): TapSubscription {
    const wanted = options.node ?? ''
    const edges = this.#graph.edges.filter((edge) =>
      wanted === '' ? edge.source.startsWith('receiver/') : edge.source === wanted || isExporter(wanted, edge.target),
    )
    const tap = new TapSubscription(options, this.#options.clock, () => {
      this.#taps.delete(tap)
      for (const edge of edges) edge.removeTap(tap)
    })
    this.#taps.add(tap)
    for (const edge of edges) edge.addTap(tap)
    return tap
  }

  metricsText(): string {
    return this.#metrics.text()
  }

  addresses(): Readonly<Record<string, Readonly<Record<string, string>>>> {
    const all: Record<string, Readonly<Record<string, string>>> = {}
    for (const node of this.#graph.nodes) {
      const addresses = (node.component as { addresses?(): Record<string, string> }).addresses?.()
      if (addresses !== undefined) all[node.node] = addresses
    }
    return all
  }

  shutdown(deadlineMs: number): Promise<void> {
    this.#stopping ??= this.#stop(deadlineMs)
    return this.#stopping
  }

  async #stop(deadlineMs: number): Promise<void> {
    this.#ready = false
    const { clock, logger } = this.#options
    const end = clock.monotonicMillis() + deadlineMs
    for (const tap of this.#taps) tap.close()
    // Receivers first, then along the flow; extensions last, so that health checks answer to the end.
    const stages = ['receiver', 'processor', 'connector', 'exporter', 'extension'] as const
    for (const kind of stages) {
      const nodes = this.#started.filter((node) => node.kind === kind).reverse()
      for (const node of nodes) node.status.report('stopping')
      const leftMs = Math.max(MIN_STAGE_MS, end - clock.monotonicMillis())
      const outcomes = await Promise.allSettled(nodes.map((node) => node.component.shutdown(leftMs)))
      for (const [i, outcome] of outcomes.entries()) {
        const node = nodes[i]
        if (outcome.status === 'fulfilled') node?.status.report('stopped')
        else {
          node?.status.report('permanent-error', errorMessage(outcome.reason))
          logger.error('a component did not stop cleanly', { node: node?.node, error: outcome.reason })
        }
      }
    }
    await this.#metricsServer?.close(MIN_STAGE_MS)
    this.#stopMetrics()
  }

  #access(): AccessPolicy {
    return this.#options.access ?? LOCAL_ACCESS
  }

  #environment(): GraphEnvironment {
    const { clock, logger, version, print } = this.#options
    const host: Host = {
      startedMillis: this.#startedMillis,
      ready: () => this.#ready,
      statuses: () =>
        this.#graph.nodes.map((node) => ({
          node: node.node,
          status: node.status.state.status,
          message: node.status.state.message,
        })),
    }
    return {
      newStatus: (node) =>
        new StatusMachine(
          () => clock.unixNanos(),
          (state) => {
            if (state.message !== '') logger.warn(state.message, { node, status: state.status })
          },
        ),
      context: (planned, status, batchHint): ComponentContext => ({
        id: planned.entry.id,
        node: planned.node,
        logger: logger.with({ node: planned.node }),
        clock,
        metrics: this.#metrics,
        record: this.decisions.component(planned.node),
        host,
        access: this.#access(),
        batchHint,
        userAgent: `Clew/${version}`,
        print,
        reportStatus: (state, message) => status.report(state, message),
      }),
    }
  }
}

/** Nothing leaves an exporter: a look at one is a look at what enters it. */
function isExporter(wanted: string, target: string): boolean {
  return wanted.startsWith('exporter/') && wanted === target
}
