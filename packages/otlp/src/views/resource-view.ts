import type { Batch } from '../batch.ts'
import { decodeMessage } from '../decode.ts'
import type { Resource } from '../model.ts'
import { otlpType } from '../schema/otlp-schema.ts'
import { readEnd, skip, varint } from '../wire/varint.ts'
import { AttributesView } from './attributes-view.ts'

const RESOURCE = otlpType('Resource')

/** Looks at one resource of a batch: `view.seek(batch, r)`. */
export class ResourceView {
  source: Uint8Array = new Uint8Array(0)
  start = 0
  end = 0
  droppedAttributes = 0
  readonly attributes: AttributesView = new AttributesView()

  seek(batch: Batch, resource: number): void {
    const source = batch.resourceSource(resource)
    this.source = source
    this.start = batch.resourceStart[resource]!
    this.end = batch.resourceEnd[resource]!
    this.droppedAttributes = 0
    this.attributes.reset(source)
    for (let pos = this.start; pos < this.end;) {
      const tag = varint(source, pos)
      pos = readEnd
      if (tag === 0x0a) {
        const length = varint(source, pos)
        pos = readEnd + length
        this.attributes.ranges.add(readEnd, pos)
      } else if (tag === 0x10) {
        this.droppedAttributes = varint(source, pos)
        pos = readEnd
      } else pos = skip(source, pos, tag)
    }
  }

  /** The resource as an object. */
  toModel(): Resource {
    return decodeMessage(this.source, this.start, this.end, RESOURCE)
  }
}
