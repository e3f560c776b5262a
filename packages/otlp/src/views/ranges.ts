/** A reusable list of byte ranges of nested messages (attributes, events, points). */
export class Ranges {
  count = 0
  starts: Int32Array = new Int32Array(16)
  ends: Int32Array = new Int32Array(16)

  /** Empties the list; one that grew for an unusual message gives its memory back. */
  clear(): void {
    this.count = 0
    if (this.starts.length > 65_536) {
      this.starts = new Int32Array(16)
      this.ends = new Int32Array(16)
    }
  }

  add(start: number, end: number): void {
    if (this.count === this.starts.length) this.#grow()
    this.starts[this.count] = start
    this.ends[this.count++] = end
  }

  #grow(): void {
    const starts = new Int32Array(this.count * 2)
    const ends = new Int32Array(this.count * 2)
    starts.set(this.starts)
    ends.set(this.ends)
    this.starts = starts
    this.ends = ends
  }
}
