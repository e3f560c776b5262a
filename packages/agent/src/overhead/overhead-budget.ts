import type { Reducible } from '../pipeline/sampling-pressure.ts'

/** What the budget may take from. */
export interface Sheddable {
  /** Whether spans of the kind INTERNAL are left out where another span of the process is above them. */
  layers: boolean
  /** Whether spans keep only their first attributes. */
  attributes: boolean
  readonly sampling: Reducible
}

/** One look at the cost: times since the look before. */
export interface OverheadSample {
  readonly ownMs: number
  /** Processor time of the whole process. */
  readonly processMs: number
}

/** What was done about it. */
export type OverheadStep = 'layers' | 'attributes' | 'sampling' | 'restored'

const SMALLEST_KEEP = 1 / 1024
/** Below this part of the budget for so many looks in a row, the last thing that was taken comes back. */
const CALM = 0.6
const CALM_LOOKS = 10
/** A process that does next to nothing has no share to speak of. */
const LEAST_PROCESS_MS = 20

/**
 * Keeps the agent's part of the processor time under a budget: takes away spans of inner layers first, then attributes,
 * then traces, one step a look; gives back in the opposite order, and slowly.
 */
export class OverheadBudget {
  readonly #budget: number
  readonly #sheddable: Sheddable
  #share = 0
  #calm = 0

  /** The budget as a part of one, 0 to 1. */
  constructor(budget: number, sheddable: Sheddable) {
    this.#budget = budget
    this.#sheddable = sheddable
  }

  /** The agent's part at the last look. */
  get share(): number {
    return this.#share
  }

  /** Looks, and acts; says what it did. */
  look({ ownMs, processMs }: OverheadSample): OverheadStep | undefined {
    if (processMs < LEAST_PROCESS_MS) {
      this.#share = 0
      return this.#relax()
    }
    this.#share = Math.min(1, ownMs / processMs)
    if (this.#share > this.#budget) {
      this.#calm = 0
      return this.#shed()
    }
    return this.#share < this.#budget * CALM ? this.#relax() : undefined
  }

  #shed(): OverheadStep | undefined {
    const { sampling } = this.#sheddable
    if (this.#sheddable.layers) {
      this.#sheddable.layers = false
      return 'layers'
    }
    if (this.#sheddable.attributes) {
      this.#sheddable.attributes = false
      return 'attributes'
    }
    if (sampling.keep <= SMALLEST_KEEP) return undefined
    sampling.keep = Math.max(SMALLEST_KEEP, sampling.keep / 2)
    return 'sampling'
  }

  #relax(): OverheadStep | undefined {
    const { sampling } = this.#sheddable
    if (this.#sheddable.layers || ++this.#calm < CALM_LOOKS) return undefined
    this.#calm = 0
    if (sampling.keep < 1) sampling.keep = Math.min(1, sampling.keep * 2)
    else if (this.#sheddable.attributes) this.#sheddable.layers = true
    else this.#sheddable.attributes = true
    return 'restored'
  }
}

/** `3%`, `0.03`: the budget as a part of one. Undefined when unset; an Error for what is neither. */
export function parseOverheadBudget(text: string | undefined): number | undefined | Error {
  const trimmed = text?.trim()
  if (!trimmed) return undefined
  const match = /^(\d+(?:\.\d+)?)\s*(%?)$/.exec(trimmed)
  const value = match === null ? Number.NaN : Number(match[1]) / (match[2] === '%' ? 100 : 1)
  if (value > 0 && value < 1) return value
  return new Error(
    `CLEW_OVERHEAD_BUDGET is "${trimmed}", which is no part of the processor time such as 3%: no budget is set`,
  )
}
