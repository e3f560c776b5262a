import { editAttributes, RESOURCE_ATTRIBUTES, type AttributeEdit } from '@clew/otlp/attributes-edit'
import type { Batch } from '@clew/otlp/batch'
import type { ConsumeContext, Consumer, ConsumeResult } from '@clew/otlp/consumer'
import type { ComponentContext, Processor } from '../../core/component.ts'
import type { ComponentRecord } from '../../core/component-record.ts'
import { compileActions, describeActions } from '../../kit/attribute-actions.ts'
import type { ResourceConfig } from './config.ts'

/** Applies actions to each resource of a batch; the items below keep their bytes. */
export class ResourceProcessor implements Processor {
  readonly #edit: (context: ConsumeContext) => AttributeEdit
  readonly #next: Consumer
  readonly #record: ComponentRecord
  readonly #rule: string

  constructor(config: ResourceConfig, context: ComponentContext, next: Consumer) {
    this.#record = context.record
    this.#rule = describeActions(config.attributes)
    this.#edit = compileActions(config.attributes)
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
    for (let r = 0; r < batch.resourceCount; r++) {
      const start = batch.resourceStart[r] ?? 0
      const end = batch.resourceEnd[r] ?? 0
      const body = editAttributes(batch.resourceSource(r), start, end, RESOURCE_ATTRIBUTES, edit)
      if (body !== undefined) editor.replaceResource(r, body)
    }
    const changed = editor.finish()
    if (changed !== batch) this.#record.noted('changed', batch, batch.pointCount, 'resource attributes', this.#rule)
    return this.#next.consume(changed, context)
  }
}
