/** First allocation for a body that says it is long: what a sender announces is not what it gets reserved. */
const FIRST_BYTES = 1024 * 1024
const SMALLEST_BYTES = 1024

/**
 * Gathers the chunks of a body in one buffer of its own. Chunks are copied as they come, so the network's buffers are
 * free at once; with the right `expectedBytes` nothing is copied twice and nothing is left over.
 */
export class BodyBuffer {
  #bytes: Buffer
  #expectedBytes: number
  #length = 0

  constructor(expectedBytes: number) {
    this.#expectedBytes = expectedBytes
    this.#bytes = Buffer.allocUnsafeSlow(Math.max(0, Math.min(expectedBytes, FIRST_BYTES)))
  }

  get length(): number {
    return this.#length
  }

  append(chunk: Uint8Array): void {
    const needed = this.#length + chunk.length
    if (needed > this.#bytes.length) this.#grow(needed)
    this.#bytes.set(chunk, this.#length)
    this.#length = needed
  }

  /** What was gathered; the buffer must not be used afterwards. */
  finish(): Uint8Array {
    const { buffer, byteLength } = this.#bytes
    if (byteLength === this.#length) return new Uint8Array(buffer, 0, this.#length)
    // Left over is less than half of it, or it is worth a copy.
    if (this.#length * 2 > byteLength) return new Uint8Array(buffer, 0, this.#length)
    return new Uint8Array(this.#bytes.subarray(0, this.#length))
  }

  #grow(needed: number): void {
    const doubled = Math.max(needed, this.#bytes.length * 2, SMALLEST_BYTES)
    const capacity = needed <= this.#expectedBytes ? Math.min(doubled, this.#expectedBytes) : doubled
    const grown = Buffer.allocUnsafeSlow(capacity)
    this.#bytes.copy(grown, 0, 0, this.#length)
    this.#bytes = grown
  }
}
