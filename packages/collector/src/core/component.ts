import type { Clock } from '@clew/base/clock'
import type { Logger } from '@clew/base/logger'
import type { Consumer } from '@clew/otlp/consumer'
import type { Signal } from '@clew/otlp/signal'
import type { AccessPolicy } from '../kit/access.ts'
import type { BatchHint } from './batch-hint.ts'
import type { ComponentRecord } from './component-record.ts'
import type { SignalCounts } from './counts.ts'
import type { SelfMetrics } from './self-metrics.ts'
import type { ComponentStatus } from './status.ts'

export const COMPONENT_KINDS = ['receiver', 'processor', 'exporter', 'connector', 'extension'] as const
export type ComponentKind = (typeof COMPONENT_KINDS)[number]

/**
 * Something with a life in the pipeline.
 *
 * - `start` is called once and must not wait for other machines: an exporter whose server is down starts.
 * - `shutdown` must flush what it holds within `deadlineMs`, must be safe without `start` and when called twice, and
 *   must leave no timer, socket or file open.
 */
export interface Component {
  start(): Promise<void>
  shutdown(deadlineMs: number): Promise<void>
}

/** How full the buffer of a component is. Capacities are undefined where the buffer is not bounded in that unit. */
export interface QueueState {
  /** Spans, log records, data points. */
  readonly items: number
  readonly bytes: number
  readonly requests: number
  readonly capacityItems: number | undefined
  readonly capacityBytes: number | undefined
  readonly capacityRequests: number | undefined
}

/** Why nothing is taken at the moment. */
export interface Refusal {
  readonly code: string
  readonly message: string
  readonly retryAfterMs: number
}

export interface Processor extends Component, Consumer {
  /** Asked before a receiver decodes anything for this pipeline; a refusal is sent to the client as it is. */
  admission?(): Refusal | undefined
  /** What it holds back, when it does. */
  queue?(): QueueState
}

export interface Exporter extends Component, Consumer {
  queue?(): QueueState
  /** What of it has been answered for but not sent yet, by signal: the `queued` of the books. */
  queued?(): SignalCounts
}

/** A connector is the exporter of one pipeline and the receiver of another. */
export type Connector = Exporter

export interface Receiver extends Component {
  /** Where it listens once started, by protocol; for humans and for tests that asked for port 0. */
  addresses?(): Readonly<Record<string, string>>
}

/** Where a receiver hands its batches to. A signal that no pipeline takes is absent. */
export interface ReceiverOutputs {
  readonly consumers: Readonly<Partial<Record<Signal, Consumer>>>
  /** To be asked before decoding. */
  admission(signal: Signal): Refusal | undefined
}

/** What the collector as a whole tells an extension. */
export interface Host {
  /** True from the moment all components run until shutdown begins. */
  ready(): boolean
  statuses(): readonly { readonly node: string; readonly status: ComponentStatus; readonly message: string }[]
  readonly startedMillis: number
}

/** What a component is given besides its configuration. */
export interface ComponentContext {
  /** As in the configuration: `otlp/2`. */
  readonly id: string
  /** In snapshots and decisions: `receiver/otlp/2`, `processor/batch@traces`. */
  readonly node: string
  readonly logger: Logger
  readonly clock: Clock
  readonly metrics: SelfMetrics
  readonly record: ComponentRecord
  readonly host: Host
  /** Who may use the ports that the component opens. */
  readonly access: AccessPolicy
  /** What a `batch` processor in front of an exporter asks for. */
  readonly batchHint: BatchHint | undefined
  /** Name and version for `user-agent` headers. */
  readonly userAgent: string
  /** Lines for people, from the `debug` exporter. */
  readonly print: (text: string) => void
  reportStatus(status: ComponentStatus, message?: string): void
}
