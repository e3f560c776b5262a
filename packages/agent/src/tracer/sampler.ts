import { diag, type TraceState } from '@opentelemetry/api'
import { explicitRandomness, thresholdOf, type Threshold } from './consistent-threshold.ts'

/** What a sampler is made from. */
export interface SamplerOptions {
  /** Share of the traces that begin here (of all spans without `parentBased`): 0 to 1. */
  readonly share: number
  /** Follow the decision of the parent span. */
  readonly parentBased: boolean
  /** Say the threshold in the tracestate even where everything is kept. */
  readonly announces: boolean
}

/**
 * Decides which traces are kept, before anything is spent on a span: consistently by 56 random bits of the trace id, so
 * that every service with the same or a larger share keeps the same traces. Under pressure from a full buffer it keeps
 * fewer, and says so in the tracestate: counts stay right.
 */
export class Sampler {
  readonly parentBased: boolean
  readonly #options: SamplerOptions
  #threshold: Threshold | undefined
  #keep = 1

  constructor(options: SamplerOptions) {
    this.#options = options
    this.parentBased = options.parentBased
    this.#update()
  }

  /** The threshold in force; undefined where everything is kept and nothing announced, or nothing is kept. */
  get threshold(): Threshold | undefined {
    return this.#threshold
  }

  /** True when not a single trace begins here. */
  get keepsNothing(): boolean {
    return this.#options.share <= 0
  }

  /** The part of its traces a loaded agent keeps, 0 < keep <= 1. */
  get keep(): number {
    return this.#keep
  }

  set keep(value: number) {
    if (value === this.#keep) return
    this.#keep = value
    this.#update()
  }

  /** Whether a trace with these last 64 bits of its id is kept; only the lower 56 count. */
  keeps(trace2: number, trace3: number, traceState: TraceState | undefined): boolean {
    if (this.keepsNothing) return false
    const threshold = this.#threshold
    if (threshold === undefined) return true
    const explicit = traceState === undefined ? undefined : explicitRandomness(traceState)
    const high = explicit?.high ?? trace2 & 0xffffff
    const low = explicit?.low ?? trace3
    return high > threshold.high || (high === threshold.high && low >= threshold.low)
  }

  #update(): void {
    const { share, announces } = this.#options
    const effective = share * this.#keep
    this.#threshold = effective > 0 && (effective < 1 || announces) ? thresholdOf(effective) : undefined
  }
}

type Env = Readonly<Record<string, string | undefined>>

/** OTEL_TRACES_SAMPLER by name: root share (undefined: from OTEL_TRACES_SAMPLER_ARG), and whether parents decide. */
const SAMPLERS: Readonly<Record<string, { readonly share?: number; readonly parentBased: boolean }>> = {
  always_on: { share: 1, parentBased: false },
  always_off: { share: 0, parentBased: false },
  traceidratio: { parentBased: false },
  parentbased_always_on: { share: 1, parentBased: true },
  parentbased_always_off: { share: 0, parentBased: true },
  parentbased_traceidratio: { parentBased: true },
}

const DEFAULT_SAMPLER = { share: 1, parentBased: true }

/** The sampler of OTEL_TRACES_SAMPLER and OTEL_TRACES_SAMPLER_ARG; what is invalid is reported and counts as unset. */
export function samplerFrom(env: Env): Sampler {
  const name = env['OTEL_TRACES_SAMPLER']?.trim()
  const found = name ? SAMPLERS[name] : DEFAULT_SAMPLER
  if (found === undefined) diag.error(`unknown OTEL_TRACES_SAMPLER value "${name}", using default`)
  const { share, parentBased } = found ?? DEFAULT_SAMPLER
  if (share !== undefined) return new Sampler({ share, parentBased, announces: false })
  return new Sampler({ share: shareFrom(env['OTEL_TRACES_SAMPLER_ARG']), parentBased, announces: true })
}

function shareFrom(text: string | undefined): number {
  const share = text?.trim() ? Number(text) : Number.NaN
  if (share >= 0 && share <= 1) return share
  diag.error(`OTEL_TRACES_SAMPLER_ARG is ${text?.trim() ? `"${text}", which is not 0 to 1` : 'not set'}: using 1`)
  return 1
}
