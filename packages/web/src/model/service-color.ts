/** Number of hues in tokens.css (`--service-0` …). */
export const SERVICE_HUES = 20

/** FNV-1a over UTF-16 units. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value >>> 0
}

/**
 * Gives every service a hue that stays: the one its name hashes to, or the next that is used least when another service has
 * it already. Bounded: beyond `maxNames` the hash alone decides.
 */
export class ServiceColors {
  readonly #indexes = new Map<string, number>()
  readonly #uses = new Uint32Array(SERVICE_HUES)
  readonly #maxNames: number

  constructor(known: Readonly<Record<string, number>> = {}, maxNames = 500) {
    this.#maxNames = maxNames
    for (const [name, index] of Object.entries(known)) this.#take(name, index % SERVICE_HUES)
  }

  indexOf(name: string): number {
    const known = this.#indexes.get(name)
    if (known !== undefined) return known
    const preferred = hash(name) % SERVICE_HUES
    if (this.#indexes.size >= this.#maxNames) return preferred
    let best = preferred
    for (let step = 1; step < SERVICE_HUES; step++) {
      // A stride of 7 reaches all 20 hues and lands far from the neighbours.
      const candidate = (preferred + step * 7) % SERVICE_HUES
      if ((this.#uses[candidate] as number) < (this.#uses[best] as number)) best = candidate
    }
    this.#take(name, best)
    return best
  }

  /** All assignments, to keep them. */
  entries(): Record<string, number> {
    return Object.fromEntries(this.#indexes)
  }

  #take(name: string, index: number): void {
    this.#indexes.set(name, index)
    this.#uses[index] = (this.#uses[index] as number) + 1
  }
}
