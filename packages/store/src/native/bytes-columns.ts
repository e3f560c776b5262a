import { viewOf } from './bytes-view.ts'
import type { ChunkSink } from './chunk-sink.ts'
import type { ColumnBuilder } from './column-builder.ts'

const FIRST_BYTES = 4096
/** Below this many bytes a loop is faster than a call that makes a view. */
const LOOP_BYTES = 160

/** Growing bytes. `bytes` and `view` change when it grows: do not keep them. */
export class GrowingBytes {
  bytes: Uint8Array = new Uint8Array(FIRST_BYTES)
  /** Over `bytes`. */
  view: DataView = new DataView(this.bytes.buffer)
  length = 0

  reserve(count: number): void {
    if (this.length + count > this.bytes.length) this.grow(count)
  }

  append(source: Uint8Array, start: number, end: number): void {
    const count = end - start
    const to = this.length
    if (to + count > this.bytes.length) this.grow(count)
    this.length = to + count
    if (count > LOOP_BYTES) this.bytes.set(source.subarray(start, end), to)
    else if (count >= 4) {
      const from = viewOf(source)
      const target = this.view
      const last = count - 4
      for (let i = 0; i < last; i += 4) target.setInt32(to + i, from.getInt32(start + i))
      // The last four bytes may overlap the four before.
      target.setInt32(to + last, from.getInt32(start + last))
    } else for (let i = 0; i < count; i++) this.bytes[to + i] = source[start + i]!
  }

  /** Unsigned LEB128; reserves room for itself. */
  varUint(value: number): void {
    this.reserve(5)
    let rest = value
    while (rest >= 0x80) {
      this.bytes[this.length++] = (rest & 0x7f) | 0x80
      rest >>>= 7
    }
    this.bytes[this.length++] = rest
  }

  zeros(count: number): void {
    this.reserve(count)
    const end = this.length + count
    if (count > LOOP_BYTES) this.bytes.fill(0, this.length, end)
    else for (let at = this.length; at < end; at++) this.bytes[at] = 0
    this.length = end
  }

  private grow(count: number): void {
    const next = new Uint8Array(Math.max(this.length + count, this.bytes.length * 2))
    next.set(this.bytes.subarray(0, this.length))
    this.bytes = next
    this.view = new DataView(next.buffer)
  }
}

/** A column of ids of one width. */
export class FixedStringColumn implements ColumnBuilder {
  readonly type: string
  length = 0
  private readonly width: number
  private readonly data = new GrowingBytes()

  constructor(width: number) {
    this.width = width
    this.type = `FixedString(${width})`
  }

  get byteLength(): number {
    return this.data.bytes.length
  }

  /** Appends `width` bytes from `source`; zeros when the range has another length. */
  push(source: Uint8Array, start: number, end: number): void {
    if (end - start === this.width) this.data.append(source, start, end)
    else this.data.zeros(this.width)
    this.length++
  }

  padTo(length: number): void {
    if (length <= this.length) return
    this.data.zeros((length - this.length) * this.width)
    this.length = length
  }

  writePrefix(): void {}

  writeData(sink: ChunkSink): void {
    sink.bytes(this.data.bytes.subarray(0, this.data.length))
  }

  clear(): void {
    this.data.length = 0
    this.length = 0
  }
}

/** Span id and parent span id side by side; zeros for one that is not there. */
export class SpanIdsColumn implements ColumnBuilder {
  readonly type = 'FixedString(16)'
  length = 0
  private readonly data = new GrowingBytes()

  get byteLength(): number {
    return this.data.bytes.length
  }

  /** Offsets of 8 bytes each in `source`, negative for an id that is not there. */
  push(source: Uint8Array, spanIdAt: number, parentSpanIdAt: number): void {
    if (spanIdAt < 0) this.data.zeros(8)
    else this.data.append(source, spanIdAt, spanIdAt + 8)
    if (parentSpanIdAt < 0) this.data.zeros(8)
    else this.data.append(source, parentSpanIdAt, parentSpanIdAt + 8)
    this.length++
  }

  padTo(length: number): void {
    if (length <= this.length) return
    this.data.zeros((length - this.length) * 16)
    this.length = length
  }

  writePrefix(): void {}

  writeData(sink: ChunkSink): void {
    sink.bytes(this.data.bytes.subarray(0, this.data.length))
  }

  clear(): void {
    this.data.length = 0
    this.length = 0
  }
}

/** A column of byte strings. */
export class StringColumn implements ColumnBuilder {
  readonly type = 'String'
  length = 0
  /** For writers that compose a value in place: length prefix first, then the bytes. */
  readonly data: GrowingBytes = new GrowingBytes()

  get byteLength(): number {
    return this.data.bytes.length
  }

  push(source: Uint8Array, start: number, end: number): void {
    const data = this.data
    const count = end - start
    if (count < 0x80) {
      data.reserve(1)
      data.bytes[data.length++] = count
    } else data.varUint(count)
    data.append(source, start, end)
    this.length++
  }

  put(row: number, source: Uint8Array, start: number, end: number): void {
    this.padTo(row)
    this.push(source, start, end)
  }

  pushBytes(bytes: Uint8Array): void {
    this.push(bytes, 0, bytes.length)
  }

  pushText(text: string): void {
    this.pushBytes(Buffer.from(text, 'utf8'))
  }

  /** A value with one byte in front. */
  pushTagged(tag: number, source: Uint8Array, start: number, end: number): void {
    this.data.varUint(end - start + 1)
    this.data.reserve(1)
    this.data.bytes[this.data.length++] = tag
    this.data.append(source, start, end)
    this.length++
  }

  padTo(length: number): void {
    if (length <= this.length) return
    this.data.zeros(length - this.length)
    this.length = length
  }

  writePrefix(): void {}

  writeData(sink: ChunkSink): void {
    sink.bytes(this.data.bytes.subarray(0, this.data.length))
  }

  clear(): void {
    this.data.length = 0
    this.length = 0
  }
}
