import { attributesOf } from './attributes-of.ts'
import { SHOP } from './shop-topology.ts'
import type { GeneratedSpan } from './trace-generator.ts'

/** How wide a load is, beside how much it is. */
export interface SpreadOptions {
  /** Distinct services; the shop's own number when absent. */
  readonly services?: number | undefined
  /** Distinct attribute keys (`app.key.1`, …) beside those of the shop, four of them on a span; none when absent. */
  readonly attributeKeys?: number | undefined
}

const KEYS_PER_SPAN = 4
const VALUES_PER_KEY = 50
const SHOP_SERVICES = Object.keys(SHOP)

/** Spreads generated traces over services and attribute keys, each in turn, so that all of them occur. */
export class Spread {
  /** 0: those of the shop, as they come. */
  readonly #services: number
  readonly #keys: number
  readonly #names = new Set<string>()
  /** How often each service of the shop has been in a trace. */
  readonly #visits = new Map<string, number>()
  #attribute = 0

  constructor(options: SpreadOptions) {
    this.#services = options.services ?? 0
    this.#keys = options.attributeKeys ?? 0
  }

  /** Every service and every key has occurred. */
  get isWhole(): boolean {
    return this.#names.size >= this.#services && this.#attribute >= this.#keys
  }

  /** The spans of the next trace, with names and keys in their turn. */
  apply(trace: readonly GeneratedSpan[]): readonly GeneratedSpan[] {
    const names = new Map<string, string>()
    return trace.map(({ service, span }) => {
      this.#addKeys(span)
      if (this.#services === 0) return { service, span }
      let name = names.get(service)
      if (name === undefined) {
        name = this.#nextName(service)
        names.set(service, name)
      }
      return { service: name, span }
    })
  }

  /** `orders`, then `orders-2`, …; names of other services stand in when there are to be fewer than in the shop. */
  #nextName(service: string): string {
    const place = SHOP_SERVICES.indexOf(service)
    const first = place % this.#services
    const copies = Math.floor((this.#services - 1 - first) / SHOP_SERVICES.length) + 1
    const visit = this.#visits.get(service) ?? 0
    this.#visits.set(service, visit + 1)
    const copy = visit % copies
    const base = SHOP_SERVICES[first] as string
    const name = copy === 0 ? base : `${base}-${copy + 1}`
    this.#names.add(name)
    return name
  }

  #addKeys(span: GeneratedSpan['span']): void {
    if (this.#keys === 0) return
    const values: Record<string, string> = {}
    for (let i = 0; i < KEYS_PER_SPAN; i++) {
      const at = this.#attribute++
      values[`app.key.${(at % this.#keys) + 1}`] = `value-${(Math.floor(at / this.#keys) % VALUES_PER_KEY) + 1}`
    }
    span.attributes = [...(span.attributes ?? []), ...attributesOf(values)]
  }
}

/** The service of the shop that a name stands for. */
export function shopServiceOf(name: string): string {
  return name in SHOP ? name : name.replace(/-\d+$/, '')
}
