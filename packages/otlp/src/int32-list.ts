/** A growing list of 32-bit integers for offsets. */
export class Int32List {
  #values: Int32Array
  length = 0

  constructor(capacity: number) {
    this.#values = new Int32Array(Math.max(capacity, 4))
  }

  push(value: number): void {
    if (this.length === this.#values.length) {
      const grown = new Int32Array(this.length * 2)
      grown.set(this.#values)
      this.#values = grown
    }
    this.#values[this.length++] = value
  }

  /** The values, without a copy. */
  done(): Int32Array {
    return this.#values.subarray(0, this.length)
  }
}
