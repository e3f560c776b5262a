import type { Reducible } from '../pipeline/sampling-pressure.ts'

/** Several reasons to keep fewer traces, of which the strongest holds. */
export class KeepShares {
  readonly #target: Reducible
  readonly #shares: Reducible[] = []

  constructor(target: Reducible) {
    this.#target = target
  }

  /** One more reason, with a share of its own. */
  share(): Reducible {
    const update = (): void => {
      this.#target.keep = Math.min(...this.#shares.map(({ keep }) => keep))
    }
    let own = 1
    const share: Reducible = {
      get keep() {
        return own
      },
      set keep(value: number) {
        own = value
        update()
      },
    }
    this.#shares.push(share)
    return share
  }
}
