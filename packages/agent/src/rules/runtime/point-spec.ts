/** What an attribute or a text is made from: a constant, or a path into something that is known at that moment. */
export type ValueSpec = string | number | boolean | PathSpec

/** `from`: the number of a slot the code hands over on entry, or what is known at the end. */
export interface PathSpec {
  readonly from: number | 'result' | 'error' | 'durationMs'
  readonly path: readonly (string | number)[]
}

/** Text with holes: the parts one after the other. */
export type TemplateSpec = readonly ValueSpec[]

/** Attributes by key. */
export type AttributesSpec = Readonly<Record<string, ValueSpec>>

/** When within a call something is done; `exit` is both kinds of end. */
export type When = 'enter' | 'return' | 'error' | 'exit'

/** What to do at a point, as the rule says it, with values resolved to slots. */
export type ActionSpec =
  | {
      readonly do: 'span'
      readonly name: TemplateSpec | undefined
      readonly kind: number
      readonly attributes: AttributesSpec
    }
  | {
      readonly do: 'metric'
      readonly name: string
      readonly type: 'counter' | 'updown' | 'histogram' | 'gauge'
      readonly unit: string
      readonly description: string
      readonly value: ValueSpec
      readonly when: When
      readonly attributes: AttributesSpec
    }
  | {
      readonly do: 'log'
      readonly body: TemplateSpec
      readonly severity: number
      readonly when: When
      readonly attributes: AttributesSpec
    }
  | { readonly do: 'event'; readonly name: string; readonly when: When; readonly attributes: AttributesSpec }
  | { readonly do: 'extract'; readonly carrier: PathSpec; readonly as: 'parent' | 'link' }
  | { readonly do: 'inject'; readonly carrier: PathSpec }
  | {
      readonly do: 'hooks'
      readonly path: string
      readonly before: string | undefined
      readonly after: string | undefined
      /** Slots of `this` and of the list of arguments. */
      readonly self: number | undefined
      readonly args: number | undefined
    }

/** Values whose key or property name is in `keys` (`*` stands for any text) leave as `replacement`. */
export interface RedactSpec {
  readonly keys: readonly string[]
  readonly replacement: string
}

/** What one rule does at a point. */
export interface PointRuleSpec {
  readonly rule: string
  readonly enabled: boolean
  readonly actions: readonly ActionSpec[]
}

/**
 * How the body of a function runs: `plain` at once, `async` with awaits, `generator` and `async-generator` in pieces,
 * `line` a single moment, `call` a call of something else, `awaited-call` one whose result is awaited on the spot.
 */
export type PointKind = 'plain' | 'async' | 'generator' | 'async-generator' | 'line' | 'call' | 'awaited-call'

/** One instrumented place, written into the module it is in. */
export interface PointSpec {
  readonly kind: PointKind
  /** `Class.method`, a function's name, or the call as it is written. */
  readonly name: string
  /** Path of the source within its package. */
  readonly file: string
  readonly line: number
  /** Property names between what is wrapped and the function that is called; for calls only. */
  readonly callPath?: readonly string[]
  /** Whether the function cannot make its span the active one. */
  readonly detached?: boolean
  readonly rules: readonly PointRuleSpec[]
  readonly redact?: readonly RedactSpec[]
}
