import type { When } from './runtime/point-spec.ts'
import type { RuleValue, ValueExpression } from './value-expression.ts'

/** Which places of a module a rule is about. All that is given must hold. */
export interface RuleWhere {
  /** Globs on the path within the package; one must match. */
  readonly file?: readonly string[] | undefined
  readonly class?: readonly string[] | undefined
  readonly func?: readonly string[] | undefined
  /** Line of the original source, from 1. */
  readonly line?: number | undefined
  /** `new` or not, and dotted names; `*` is one name, a leading `**` any beginning. */
  readonly call?: { readonly isNew: boolean; readonly path: readonly string[] } | undefined
  /** Name without the `@`. */
  readonly decorator?: string | undefined
  /** Beginning of a comment. */
  readonly directive?: string | undefined
}

/** Attribute values by key. */
export type RuleAttributes = Readonly<Record<string, RuleValue>>

/** What a rule does, as it was written. */
export type RuleAction =
  | {
      readonly do: 'span'
      readonly name: readonly RuleValue[] | undefined
      readonly kind: number
      readonly attributes: RuleAttributes
    }
  | {
      readonly do: 'metric'
      readonly name: string
      readonly type: 'counter' | 'updown' | 'histogram' | 'gauge'
      readonly unit: string
      readonly description: string
      readonly value: RuleValue
      readonly when: When
      readonly attributes: RuleAttributes
    }
  | {
      readonly do: 'log'
      readonly body: readonly RuleValue[]
      readonly severity: number
      readonly when: When
      readonly attributes: RuleAttributes
    }
  | { readonly do: 'event'; readonly name: string; readonly when: When; readonly attributes: RuleAttributes }
  | { readonly do: 'extract'; readonly carrier: ValueExpression; readonly as: 'parent' | 'link' }
  | { readonly do: 'inject'; readonly carrier: ValueExpression }
  | {
      readonly do: 'hooks'
      /** Absolute path of the module. */
      readonly path: string
      readonly before: string | undefined
      readonly after: string | undefined
    }
  | { readonly do: 'redact'; readonly keys: readonly string[]; readonly replacement: string }
  | { readonly do: 'skip' }

/** One rule of a file. */
export interface Rule {
  readonly name: string
  readonly enabled: boolean
  /** `$root`, or globs on package names; one must match. */
  readonly targets: readonly string[]
  /** Range of versions of the package. */
  readonly version: string | undefined
  readonly where: RuleWhere
  readonly actions: readonly RuleAction[]
  /** Where it begins in its file, for reports: `clew.rules.yaml:12`. */
  readonly origin: string
}
