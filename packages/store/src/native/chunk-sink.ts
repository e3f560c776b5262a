const SCRATCH_BYTES = 4096

/** A list of byte chunks: big arrays are referred to, small things are copied to scratch memory. */
export class ChunkSink {
  readonly chunks: Uint8Array[] = []
  byteLength = 0
  private scratch = new Uint8Array(SCRATCH_BYTES)
  private used = 0
  private begin = 0

  /** Refers to `bytes`: they must not change until the chunks are used. */
  bytes(bytes: Uint8Array): void {
    if (bytes.length === 0) return
    this.seal()
    this.chunks.push(bytes)
    this.byteLength += bytes.length
  }

  /** Copies `bytes`. */
  copy(bytes: Uint8Array): void {
    if (bytes.length > SCRATCH_BYTES / 4) return this.bytes(bytes.slice())
    this.reserve(bytes.length)
    this.scratch.set(bytes, this.used)
    this.used += bytes.length
    this.byteLength += bytes.length
  }

  /** Unsigned LEB128. */
  varUint(value: number): void {
    this.reserve(10)
    const before = this.used
    let rest = value
    while (rest >= 0x80) {
      this.scratch[this.used++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.scratch[this.used++] = rest
    this.byteLength += this.used - before
  }

  /** UInt64, little endian; `value` at most 2^53. */
  uint64(value: number): void {
    this.reserve(8)
    let rest = value
    for (let i = 0; i < 8; i++) {
      this.scratch[this.used++] = rest % 256
      rest = Math.floor(rest / 256)
    }
    this.byteLength += 8
  }

  /** Length-prefixed text. */
  text(text: string): void {
    const bytes = Buffer.from(text, 'utf8')
    this.varUint(bytes.length)
    this.copy(bytes)
  }

  /** All chunks, complete. */
  finish(): Uint8Array[] {
    this.seal()
    return this.chunks
  }

  private reserve(count: number): void {
    if (this.used + count <= this.scratch.length) return
    this.seal()
    this.scratch = new Uint8Array(SCRATCH_BYTES)
    this.used = 0
    this.begin = 0
  }

  private seal(): void {
    if (this.used === this.begin) return
    this.chunks.push(this.scratch.subarray(this.begin, this.used))
    this.begin = this.used
  }
}
