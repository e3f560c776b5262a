import type { Attributes, SpanOptions, TraceState } from '@opentelemetry/api'
import type { SamplingRule, SamplingSettings } from '@clew/opamp/live-settings'
import { RateShare } from '../sampling/rate-share.ts'
import { matcherOf, type Matcher } from '../sampling/rule-matcher.ts'
import { TailBuffer } from '../sampling/tail-buffer.ts'
import { explicitRandomness, thresholdOf, type Threshold } from './consistent-threshold.ts'
import type { RecordingSpan } from './recording-span.ts'

/** What a sampler is made from. */
export interface SamplerOptions {
  /** Share of the traces that begin here (of all spans without `parentBased`): 0 to 1. */
  readonly share: number
  /** Follow the decision of the parent span. */
  readonly parentBased: boolean
  /** Say the threshold in the tracestate even where everything is kept. */
  readonly announces: boolean
}

/** Options of a span whose attributes come in another way than by `attributes`: what rules are held against. */
export interface RuledOptions extends SpanOptions {
  readonly ruleAttributes?: Attributes
}

/** A share and its threshold; that is undefined where everything is kept and nothing announced, or nothing is kept. */
export interface Choice {
  readonly share: number
  readonly threshold: Threshold | undefined
}

interface CompiledRule {
  readonly rule: SamplingRule
  readonly matches: Matcher
  choice: Choice
}

const NOTHING: Choice = { share: 0, threshold: undefined }

/**
 * Decides which traces are kept, before anything is spent on a span: consistently by 56 random bits of the trace id, so
 * that every service with the same or a larger share keeps the same traces. Under pressure from a full buffer it keeps
 * fewer, and says so in the tracestate: counts stay right. What it decides by can be changed at any time.
 */
export class Sampler {
  readonly parentBased: boolean
  readonly #options: SamplerOptions
  #settings: SamplingSettings = {}
  #choice: Choice = NOTHING
  #rules: CompiledRule[] = []
  #rate: RateShare | undefined
  #tail: TailBuffer | undefined
  /** Some rules may have to wait for attributes until the end of a trace. */
  #waits = false
  #raises = false
  #keep = 1

  constructor(options: SamplerOptions) {
    this.#options = options
    this.parentBased = options.parentBased
    this.#update()
  }

  /**
   * Puts other settings in the place of those before; what they do not say is as the sampler was made. With `raises` their
   * share also keeps what a parent in another process did not; it never drops what one did.
   */
  configure(settings: SamplingSettings, raises = false): void {
    const before = JSON.stringify(this.#settings)
    this.#raises = raises && (settings.share !== undefined || (settings.rules ?? []).length > 0)
    if (before === JSON.stringify(settings)) return
    this.#settings = settings
    this.#rules = (settings.rules ?? []).map((rule) => ({ rule, matches: matcherOf(rule), choice: NOTHING }))
    this.#rate = settings.perSecond === undefined ? undefined : new RateShare(settings.perSecond, performance.now())
    this.#tail?.flush()
    const { tail, rules = [] } = settings
    this.#waits = rules.some(({ route, attributes }) => (route ?? attributes) !== undefined)
    this.#tail =
      (tail !== undefined && tail !== false) || this.#waits ? new TailBuffer(tail || {}, this.#forTail()) : undefined
    this.#update()
  }

  /** What is in force: shares as set, those of the process's own configuration included. */
  get settings(): SamplingSettings {
    return { share: this.#options.share, ...this.#settings }
  }

  /** The buffer that decides at the end of local traces; undefined where all is decided at their start. */
  get tail(): TailBuffer | undefined {
    return this.#tail
  }

  /** Whether this agent's own share, set while it runs, may keep what a parent in another process did not. */
  get raises(): boolean {
    return this.#raises
  }

  /** The threshold in force; undefined where everything is kept and nothing announced, or nothing is kept. */
  get threshold(): Threshold | undefined {
    return this.#choice.threshold
  }

  /** True when not a single trace begins here. */
  get keepsNothing(): boolean {
    return this.#choice.share <= 0 && this.#rules.length === 0 && this.#tail === undefined
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

  /** The share for a trace that begins with this span. Attributes are looked at only where a rule needs them. */
  choose(name: string, options: SpanOptions): Choice {
    if (this.#rules.length > 0) {
      const attributes = (options as RuledOptions).ruleAttributes ?? options.attributes
      const span = { name, kind: options.kind ?? 0, attributes, final: false }
      // A rule that cannot be told yet is told at the end of the trace; until then the next ones decide.
      const found = this.#rules.find(({ matches }) => matches(span) === 'yes')
      if (found !== undefined) return found.choice
    }
    const rate = this.#rate
    if (rate === undefined) return this.#choice
    const share = rate.next(performance.now(), this.#choice.share)
    if (share >= this.#choice.share) return this.#choice
    return share > 0 ? { share, threshold: this.#keep < 1 ? thresholdOf(share * this.#keep) : rate.threshold } : NOTHING
  }

  /** Whether a trace with these last 64 bits of its id is kept by a choice; only the lower 56 count. */
  passes(choice: Choice, trace2: number, trace3: number, traceState: TraceState | undefined): boolean {
    if (choice.share <= 0) return false
    return choice.threshold === undefined || isAtLeast(choice.threshold, trace2, trace3, traceState)
  }

  /** The same by the share in force, rules apart. */
  keeps(trace2: number, trace3: number, traceState: TraceState | undefined): boolean {
    return this.passes(this.#choice, trace2, trace3, traceState)
  }

  #update(): void {
    const { share: own, announces } = this.#options
    const { share = own } = this.#settings
    const always = announces || this.#settings.share !== undefined || this.#rate !== undefined
    this.#choice = this.#choiceOf(share, always)
    for (const each of this.#rules) each.choice = this.#choiceOf(each.rule.share, true)
  }

  #choiceOf(share: number, announces: boolean): Choice {
    const effective = share * this.#keep
    if (effective <= 0) return NOTHING
    return { share, threshold: effective < 1 || announces ? thresholdOf(effective) : undefined }
  }

  #forTail(): ConstructorParameters<typeof TailBuffer>[1] {
    const keep = (): number => this.#keep
    return {
      get keep() {
        return keep()
      },
      passes: (threshold, { trace2, trace3, traceState }) => isAtLeast(threshold, trace2, trace3, traceState),
      finalRule: (root, startName) => this.#finalRule(root, startName),
    }
  }

  /** The rule for a finished root; undefined when all of them could be told at its start. */
  #finalRule({ kind, attributes }: RecordingSpan, name: string): Choice | undefined {
    if (!this.#waits) return undefined
    return this.#rules.find(({ matches }) => matches({ name, kind, attributes, final: true }) === 'yes')?.choice
  }
}

function isAtLeast(threshold: Threshold, trace2: number, trace3: number, traceState: TraceState | undefined): boolean {
  const explicit = traceState === undefined ? undefined : explicitRandomness(traceState)
  const high = explicit?.high ?? trace2 & 0xffffff
  const low = explicit?.low ?? trace3 >>> 0
  return high > threshold.high || (high === threshold.high && low >= threshold.low)
}
