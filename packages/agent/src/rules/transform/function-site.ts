import type { SyntaxNode } from './syntax.ts'

/** A function with a body, and what it can be recognised by. */
export interface FunctionSite {
  readonly node: SyntaxNode
  /** Place in the order of the text, outer nodes first. */
  readonly order: number
  /** Names it goes by, the best first; empty when it has none. */
  readonly names: readonly string[]
  /** Class or object it is in. */
  readonly owner: string | undefined
  readonly isConstructor: boolean
  /** Whether its class extends another. */
  readonly isDerived: boolean
  /** Names of its decorators and of those of its class, with all dots and without any. */
  readonly decorators: readonly string[]
  /** Comments right before it. */
  readonly directives: readonly string[]
}

/** A call, and the function it stands in. */
export interface CallSite {
  readonly node: SyntaxNode
  readonly order: number
  readonly isNew: boolean
  readonly isAwaited: boolean
  /** What the dotted names begin with, and its name when it has one. */
  readonly base: SyntaxNode
  readonly baseName: string | undefined
  readonly members: readonly string[]
  readonly inside: FunctionSite | undefined
}

/** A statement before which another may be put. */
export interface StatementSite {
  readonly node: SyntaxNode
  readonly order: number
  /** Whether it is the body of `if` and the like, without braces. */
  readonly isAlone: boolean
  readonly inside: FunctionSite | undefined
}

/** Title of a function for people: `OrderService.price`. */
export function siteName({ owner, names, isConstructor }: FunctionSite): string {
  const name = names[0] ?? '(anonymous)'
  if (isConstructor && owner !== undefined) return `new ${owner}`
  return owner === undefined ? name : `${owner}.${name}`
}
