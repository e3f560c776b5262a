import { contextStore, otelApi, SPAN_KEY, type OtelContext, type OtelSpan } from './otel-globals.ts'
import type { ActionSpec, PointKind, PointRuleSpec, PointSpec, RedactSpec, When } from './point-spec.ts'
import { callAfter, callBefore, type HookContext } from './hooks.ts'
import { follow, isPromise, observe } from './promises.ts'
import { failed, ruleState } from './rule-state.ts'
import { addEvent, carrierAccess, emitLog, endSpan, recordMetric, startSpan, type Recording } from './signals.ts'
import { resolvePath, type ValueSource } from './values.ts'

const NO_REDACTION: readonly RedactSpec[] = []

/** Values that are read may be code of the program that is instrumented itself: it must not end up here again. */
let busy = false

/** Whether the runtime is at work in this thread. */
export function isBusy(): boolean {
  return busy
}

interface Work {
  readonly rule: PointRuleSpec
  readonly action: ActionSpec
  span: OtelSpan | undefined
  about: HookContext | undefined
}

/**
 * One call of an instrumented function while a rule of it is on. Methods have one letter because they are written into every
 * instrumented function; none of them ever throws or changes a value on its way.
 */
export class Activation implements ValueSource, Recording {
  readonly spec: PointSpec
  readonly redact: readonly RedactSpec[]
  slots: readonly unknown[]
  result: unknown
  error: unknown
  durationMs = 0
  context: OtelContext | undefined
  readonly #kind: PointKind
  readonly #work: Work[] = []
  readonly #startMs = performance.now()
  #store: { enterWith(context: unknown): void; getStore(): unknown } | undefined
  #outer: unknown
  #inside = false
  #threw = false
  #pending = false
  #ended = false

  constructor(spec: PointSpec, slots: readonly unknown[]) {
    this.spec = spec
    this.slots = slots
    this.redact = spec.redact ?? NO_REDACTION
    this.#kind = spec.kind
    const manager = otelApi()?.context
    const before = manager?.active()
    this.context = before
    for (const rule of spec.rules) {
      const state = ruleState(rule.rule, rule.enabled)
      if (!state.on) continue
      state.hits++
      this.#begin(rule)
    }
    if (this.context === before || spec.detached === true) return
    this.#store = contextStore(manager)
    this.i()
  }

  get source(): ValueSource {
    return this
  }

  /** The value of a `return`; gives back what the function is to return. */
  r<Value>(value: Value): Value {
    this.result = value
    if (!isPromise(value)) return value
    if (this.#kind === 'awaited-call') {
      this.#pending = true
      observe(value, this)
    } else if (this.#kind === 'plain' || this.#kind === 'call') {
      const followed = follow(value, this)
      if (followed !== undefined) {
        this.#pending = true
        return followed as Value
      }
    }
    return value
  }

  /** The function ran off its end: an earlier `return` was overruled. */
  y(): void {
    this.result = undefined
    this.#pending = false
  }

  /** The function threw. */
  t(error: unknown): void {
    this.error = error
    this.#threw = true
    this.#pending = false
  }

  /** Slots that could not be read on entry, because `this` did not exist yet. */
  l(slots: readonly unknown[]): void {
    this.slots = slots
    for (const { rule, action, span } of this.#work) {
      if (action.do !== 'span' || span === undefined) continue
      this.#guard(rule, () => {
        for (const [key, spec] of Object.entries(action.attributes)) {
          if (typeof spec !== 'object' || typeof spec.from !== 'number') continue
          const value = resolvePath(spec, this)
          if (value !== undefined) span.setAttribute(key, value)
        }
      })
    }
  }

  /** The function is left for good. */
  f(): void {
    this.s(undefined)
    if (this.#pending || this.#ended) return
    if (this.#kind === 'async' && !this.#threw && isPromise(this.result)) observe(this.result, this)
    else this.#end()
  }

  /** The promise this waited for has settled. */
  settled(failure: boolean, value: unknown): void {
    if (failure) {
      this.error = value
      this.#threw = true
    } else this.result = value
    this.#end()
  }

  /** Before the function is left for a while (await, yield): the caller gets its context back. */
  s<Value>(value: Value): Value {
    if (this.#inside) {
      this.#inside = false
      try {
        this.#store?.enterWith(this.#outer)
      } catch (error) {
        this.#fail(error)
      }
    }
    return value
  }

  /** After it was entered again. */
  i(): void {
    if (this.#inside || this.#ended || this.#store === undefined) return
    try {
      this.#outer = this.#store.getStore()
      this.#store.enterWith(this.context)
      this.#inside = true
    } catch (error) {
      this.#fail(error)
    }
  }

  /** After it was entered again with a value. */
  a<Value>(value: Value): Value {
    this.i()
    return value
  }

  #begin(rule: PointRuleSpec): void {
    let link: object | undefined
    for (const action of rule.actions) {
      const work: Work = { rule, action, span: undefined, about: undefined }
      this.#work.push(work)
      this.#guard(rule, () => {
        if (action.do === 'extract') link = this.#extract(action) ?? link
        else if (action.do === 'span') {
          work.span = startSpan(action, this, link)
          if (work.span !== undefined) this.context = this.context?.setValue(SPAN_KEY, work.span)
        } else if (action.do === 'inject') this.#inject(action)
        else if (action.do === 'hooks') work.about = callBefore(action, rule.rule, this)
        else if (action.when === 'enter') this.#act(action)
      })
    }
  }

  #extract({ carrier, as }: Extract<ActionSpec, { do: 'extract' }>): object | undefined {
    const propagation = otelApi()?.propagation
    const from = resolvePath(carrier, this)
    if (propagation === undefined || this.context === undefined || from === undefined || from === null) return undefined
    const extracted = propagation.extract(this.context.deleteValue(SPAN_KEY), from, carrierAccess)
    const span = extracted.getValue(SPAN_KEY) as OtelSpan | undefined
    if (span === undefined) return undefined
    if (as === 'link') return span.spanContext()
    this.context = extracted
    return undefined
  }

  #inject({ carrier }: Extract<ActionSpec, { do: 'inject' }>): void {
    const to = resolvePath(carrier, this)
    if (this.context !== undefined && to !== undefined) otelApi()?.propagation?.inject(this.context, to, carrierAccess)
  }

  #act(action: ActionSpec): void {
    if (action.do === 'metric') recordMetric(action, this)
    else if (action.do === 'log') emitLog(action, this)
    else if (action.do === 'event') addEvent(action, this)
  }

  #end(): void {
    if (this.#ended) return
    this.#ended = true
    this.durationMs = performance.now() - this.#startMs
    if (this.#threw) this.result = undefined
    for (let index = this.#work.length - 1; index >= 0; index--) {
      const work = this.#work[index] as Work
      const { action, rule, span } = work
      this.#guard(rule, () => {
        if (action.do === 'span') {
          if (span !== undefined) endSpan(span, action, this, this.#threw)
        } else if (action.do === 'hooks') callAfter(action, work.about, this, this.#threw)
        else if ('when' in action && this.#due(action.when)) this.#act(action)
      })
    }
  }

  #due(when: When): boolean {
    return when === 'exit' || when === (this.#threw ? 'error' : 'return')
  }

  #guard(rule: PointRuleSpec, action: () => void): void {
    const before = busy
    busy = true
    try {
      action()
    } catch (error) {
      failed(rule.rule, error)
    } finally {
      busy = before
    }
  }

  #fail(error: unknown): void {
    for (const { rule } of this.spec.rules) failed(rule, error)
  }
}
