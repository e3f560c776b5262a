import type { TextRange } from '../kit/syntax-problem.ts'

/** Where an attribute hangs. A field without a level means any of them. */
export const FIELD_LEVELS = ['resource', 'scope', 'span', 'event', 'link', 'log', 'point'] as const
export type FieldLevel = (typeof FIELD_LEVELS)[number]

export const SEARCH_OPERATORS = ['=', '!=', '<', '<=', '>', '>=', '=~', '!~', ':', '!:'] as const
export type SearchOperator = (typeof SEARCH_OPERATORS)[number]

export interface SearchField {
  readonly level: FieldLevel | undefined
  readonly key: string
  /** A key in quotes is always an attribute, never a built-in field. */
  readonly quoted: boolean
  readonly position: TextRange
}

/** Bare text may be read as a number, boolean, duration or text; quoted text is text. */
export interface SearchValue {
  readonly text: string
  readonly quoted: boolean
  readonly position: TextRange
}

export interface AndExpr {
  readonly kind: 'and'
  /** Empty matches everything. */
  readonly items: readonly SearchExpr[]
}
export interface OrExpr {
  readonly kind: 'or'
  readonly items: readonly SearchExpr[]
}
export interface NotExpr {
  readonly kind: 'not'
  readonly item: SearchExpr
}
export interface TextExpr {
  readonly kind: 'text'
  readonly value: SearchValue
}
export interface CompareExpr {
  readonly kind: 'compare'
  readonly field: SearchField
  readonly operator: SearchOperator
  /** One, or the members of a list with `=` and `!=`. */
  readonly values: readonly SearchValue[]
  readonly position: TextRange
}
export interface ExistsExpr {
  readonly kind: 'exists'
  readonly field: SearchField
  readonly position: TextRange
}
export type SearchExpr = AndExpr | OrExpr | NotExpr | TextExpr | CompareExpr | ExistsExpr
