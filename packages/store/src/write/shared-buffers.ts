const SMALLEST_BYTES = 64 << 10
/** Memory that is kept for the next group. */
const MAX_SPARE_BYTES = 64 << 20

/** Shared memory that is used again: making it costs a page fault for every four kilobytes. */
export class SharedBuffers {
  readonly #spare: SharedArrayBuffer[] = []
  #spareBytes = 0

  /** At least so many bytes, of any content. */
  take(bytes: number): SharedArrayBuffer {
    const wanted = sizeFor(bytes)
    const found = this.#spare.findIndex(({ byteLength }) => byteLength === wanted)
    if (found < 0) return new SharedArrayBuffer(wanted)
    this.#spareBytes -= wanted
    return this.#spare.splice(found, 1)[0]!
  }

  /** Gives memory back that nobody reads any more. */
  give(buffer: SharedArrayBuffer): void {
    if (this.#spareBytes + buffer.byteLength > MAX_SPARE_BYTES) return
    this.#spareBytes += buffer.byteLength
    this.#spare.push(buffer)
  }
}

/** The next power of two, so that a few sizes serve all groups. */
function sizeFor(bytes: number): number {
  let size = SMALLEST_BYTES
  while (size < bytes) size *= 2
  return size
}
