import type { Consumer } from '@clew/otlp/consumer'
import type { Signal } from '@clew/otlp/signal'
import type { z } from 'zod'
import type { BatchHint } from './batch-hint.ts'
import type {
  Component,
  ComponentContext,
  ComponentKind,
  Connector,
  Exporter,
  Processor,
  Receiver,
  ReceiverOutputs,
} from './component.ts'

export type Stability = 'development' | 'alpha' | 'beta' | 'stable'

interface FactoryBase<C> {
  readonly type: string
  /** Older names that keep working. */
  readonly aliases?: readonly string[]
  readonly stability: Stability
  /** One sentence for lists and the reference. */
  readonly description: string
  /** Types, defaults, checks and documentation of the configuration come from here. */
  readonly schema: z.ZodType<C>
}

export interface ReceiverFactory<C = unknown> extends FactoryBase<C> {
  readonly kind: 'receiver'
  readonly signals: readonly Signal[]
  /** Called once for a receiver, however many pipelines name it. */
  create(config: C, context: ComponentContext, outputs: ReceiverOutputs): Receiver
}

export interface ProcessorFactory<C = unknown> extends FactoryBase<C> {
  readonly kind: 'processor'
  readonly signals: readonly Signal[]
  /** Called once for each pipeline. */
  create(config: C, context: ComponentContext, signal: Signal, next: Consumer): Processor
  /** Asks the exporters behind it to fill their requests. */
  batchHint?(config: C): BatchHint
}

export interface ExporterFactory<C = unknown> extends FactoryBase<C> {
  readonly kind: 'exporter'
  readonly signals: readonly Signal[]
  /** Called once for an exporter, with the signals of all pipelines that name it. */
  create(config: C, context: ComponentContext, signals: readonly Signal[]): Exporter
}

export interface ConnectorFactory<C = unknown> extends FactoryBase<C> {
  readonly kind: 'connector'
  /** What it makes of what. */
  readonly conversions: readonly { readonly from: Signal; readonly to: Signal }[]
  /** Called once for each pair of signals in use. */
  create(config: C, context: ComponentContext, from: Signal, to: Signal, next: Consumer): Connector
}

export interface ExtensionFactory<C = unknown> extends FactoryBase<C> {
  readonly kind: 'extension'
  create(config: C, context: ComponentContext): Component
}

export interface FactoryOfKind {
  readonly receiver: ReceiverFactory
  readonly processor: ProcessorFactory
  readonly exporter: ExporterFactory
  readonly connector: ConnectorFactory
  readonly extension: ExtensionFactory
}

export type Factory = FactoryOfKind[ComponentKind]

/** Forgets the type of a factory's configuration: the registry holds all kinds, the schema checks at run time. */
export function erase<C>(factory: ReceiverFactory<C>): ReceiverFactory
export function erase<C>(factory: ProcessorFactory<C>): ProcessorFactory
export function erase<C>(factory: ExporterFactory<C>): ExporterFactory
export function erase<C>(factory: ConnectorFactory<C>): ConnectorFactory
export function erase<C>(factory: ExtensionFactory<C>): ExtensionFactory
export function erase(factory: unknown): Factory {
  return factory as Factory
}

/** Looks up factories by kind and name. */
export class FactoryRegistry {
  readonly all: readonly Factory[]

  constructor(factories: readonly Factory[]) {
    this.all = factories
  }

  /** The factory for a type as written in a configuration, which may be an older name. */
  find<K extends ComponentKind>(kind: K, type: string): FactoryOfKind[K] | undefined {
    const found = this.all.find(
      (factory) => factory.kind === kind && (factory.type === type || (factory.aliases ?? []).includes(type)),
    )
    return found as FactoryOfKind[K] | undefined
  }

  /** The types of one kind, without older names. */
  types(kind: ComponentKind): string[] {
    return this.all.filter((factory) => factory.kind === kind).map((factory) => factory.type)
  }
}
