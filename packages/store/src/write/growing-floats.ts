/** A growing list of numbers, zero where nothing was set. */
export class GrowingFloats {
  values: Float64Array = new Float64Array(256)

  add(index: number, amount: number): void {
    if (index >= this.values.length) this.grow(index)
    this.values[index]! += amount
  }

  set(index: number, value: number): void {
    if (index >= this.values.length) this.grow(index)
    this.values[index] = value
  }

  at(index: number): number {
    return index < this.values.length ? this.values[index]! : 0
  }

  clear(): void {
    this.values.fill(0)
  }

  private grow(index: number): void {
    const next = new Float64Array(Math.max(index + 1, this.values.length * 2))
    next.set(this.values)
    this.values = next
  }
}
