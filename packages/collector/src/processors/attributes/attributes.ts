import { editItemAttributes, type AttributeEdit } from '@clew/otlp/attributes-edit'
import type { Batch } from '@clew/otlp/batch'
import type { ConsumeContext, Consumer, ConsumeResult } from '@clew/otlp/consumer'
import type { Signal } from '@clew/otlp/signal'
import type { ComponentContext, Processor } from '../../core/component.ts'
import type { ComponentRecord } from '../../core/component-record.ts'
import { compileActions, describeActions } from '../../kit/attribute-actions.ts'
import { ItemMatcher } from '../../kit/item-match.ts'
import type { AttributesConfig } from './config.ts'

/** Applies actions to each item that is included and not excluded. Items that do not change keep their bytes. */
export class AttributesProcessor implements Processor {
  readonly #edit: (context: ConsumeContext) => AttributeEdit
  readonly #include: ItemMatcher | undefined
  readonly #exclude: ItemMatcher | undefined
  readonly #signal: Signal
  readonly #next: Consumer
  readonly #record: ComponentRecord
  readonly #rule: string

  constructor(config: AttributesConfig, context: ComponentContext, signal: Signal, next: Consumer) {
    this.#record = context.record
    this.#rule = describeActions(config.actions)
    this.#edit = compileActions(config.actions)
    this.#include = config.include === undefined ? undefined : new ItemMatcher(config.include, signal)
    this.#exclude = config.exclude === undefined ? undefined : new ItemMatcher(config.exclude, signal)
    this.#signal = signal
    this.#next = next
  }

  start(): Promise<void> {
    return Promise.resolve()
  }

  shutdown(): Promise<void> {
    return Promise.resolve()
  }

  consume(batch: Batch, context: ConsumeContext): Promise<ConsumeResult> {
    const edit = this.#edit(context)
    const editor = batch.edit()
    const changed: number[] = []
    this.#include?.bind(batch)
    this.#exclude?.bind(batch)
    for (let i = 0; i < batch.itemCount; i++) {
      if (this.#include !== undefined && !this.#include.matches(i)) continue
      if (this.#exclude !== undefined && this.#exclude.matches(i)) continue
      const start = batch.itemStart[i] ?? 0
      const end = batch.itemEnd[i] ?? 0
      const body = editItemAttributes(this.#signal, batch.itemSource(i), start, end, edit)
      if (body === undefined) continue
      editor.replaceItem(i, body)
      changed.push(i)
    }
    this.#record.noted('changed', batch, changed.length, 'attributes', this.#rule, changed)
    return this.#next.consume(editor.finish(), context)
  }
}
