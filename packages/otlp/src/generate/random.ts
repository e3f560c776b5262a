/** A small fast generator of pseudo-random numbers (sfc32): the same seed gives the same run everywhere. Not for secrets. */
export class Random {
  #a: number
  #b: number
  #c: number
  #counter = 1

  constructor(seed: number) {
    this.#a = seed | 0
    this.#b = Math.imul(seed, 0x9e3779b1) | 0
    this.#c = 0x2545f491
    for (let i = 0; i < 15; i++) this.uint32()
  }

  /** 0 to 2^32 - 1. */
  uint32(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum
    return sum >>> 0
  }

  /** 0 (included) to 1 (not included). */
  fraction(): number {
    return this.uint32() / 0x1_0000_0000
  }

  /** A whole number from `min` to `max`, both included. */
  between(min: number, max: number): number {
    return min + Math.floor(this.fraction() * (max - min + 1))
  }

  chance(probability: number): boolean {
    return this.fraction() < probability
  }

  pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.fraction() * choices.length)]!
  }

  /** `bytes` random bytes as hex; never all zero. */
  hex(bytes: number): string {
    let text = ''
    while (text.length < bytes * 2) text += this.uint32().toString(16).padStart(8, '0')
    text = text.slice(0, bytes * 2)
    return /[1-9a-f]/.test(text) ? text : `${text.slice(1)}1`
  }

  /** Log-normal around `median`, the shape of real latencies. */
  latency(median: number, spread = 0.4): number {
    const normal = Math.sqrt(-2 * Math.log(1 - this.fraction())) * Math.cos(2 * Math.PI * this.fraction())
    return median * Math.exp(spread * normal)
  }
}
