import type { Batch } from '../batch.ts'
import { textAt } from '../wire/text.ts'
import { readEnd, skip, varint } from '../wire/varint.ts'
import { AttributesView } from './attributes-view.ts'

/** Looks at one instrumentation scope of a batch: `view.seek(batch, s)`. */
export class ScopeView {
  source: Uint8Array = new Uint8Array(0)
  start = 0
  end = 0
  nameStart = 0
  nameEnd = 0
  versionStart = 0
  versionEnd = 0
  droppedAttributes = 0
  readonly attributes: AttributesView = new AttributesView()

  seek(batch: Batch, scope: number): void {
    const source = batch.scopeSource(scope)
    this.source = source
    this.start = batch.scopeStart[scope]!
    this.end = batch.scopeEnd[scope]!
    this.nameStart = 0
    this.nameEnd = 0
    this.versionStart = 0
    this.versionEnd = 0
    this.droppedAttributes = 0
    this.attributes.reset(source)
    for (let pos = this.start; pos < this.end;) {
      const tag = varint(source, pos)
      pos = readEnd
      if (tag === 0x20) {
        this.droppedAttributes = varint(source, pos)
        pos = readEnd
      } else if (tag === 0x0a || tag === 0x12 || tag === 0x1a) {
        const length = varint(source, pos)
        const start = readEnd
        pos = start + length
        if (tag === 0x0a) {
          this.nameStart = start
          this.nameEnd = pos
        } else if (tag === 0x12) {
          this.versionStart = start
          this.versionEnd = pos
        } else this.attributes.ranges.add(start, pos)
      } else pos = skip(source, pos, tag)
    }
  }

  name(): string {
    return textAt(this.source, this.nameStart, this.nameEnd)
  }

  version(): string {
    return textAt(this.source, this.versionStart, this.versionEnd)
  }
}
