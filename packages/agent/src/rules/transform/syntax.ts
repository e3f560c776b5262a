import { createRequire } from 'node:module'

/** A node of the tree, ESTree with TypeScript and JSX. Offsets count UTF-16 units. */
export interface SyntaxNode {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

/** A comment. `value` is without its marks. */
export interface SyntaxComment {
  readonly value: string
  readonly start: number
  readonly end: number
}

/** A module's text and what the parser made of it. */
export interface ParsedModule {
  readonly source: string
  readonly program: SyntaxNode
  readonly comments: readonly SyntaxComment[]
  readonly isTypeScript: boolean
  /** Whether it has `import` or `export`; such files are strict. */
  readonly isModule: boolean
}

interface Oxc {
  parseSync(
    path: string,
    text: string,
    options: object,
  ): {
    readonly program: SyntaxNode
    readonly comments: readonly SyntaxComment[]
    readonly errors: readonly { readonly message: string }[]
    readonly module: { readonly hasModuleSyntax: boolean }
  }
  readonly visitorKeys: Readonly<Record<string, readonly string[]>>
}

let oxc: Oxc | undefined

function parser(): Oxc {
  return (oxc ??= createRequire(import.meta.url)('oxc-parser') as Oxc)
}

/**
 * Parses JavaScript or TypeScript, JSX and decorators included, by what the name of the file says and, when that does not
 * work, by the other possibilities.
 * @throws SyntaxError with the first message when none works.
 */
export function parseModule(source: string, path: string): ParsedModule {
  let message: string | undefined
  for (const { lang, sourceType } of attempts(path)) {
    const result = parser().parseSync(path, source, { lang, sourceType, astType: lang.startsWith('ts') ? 'ts' : 'js' })
    if (result.errors.length === 0) {
      const { program, comments, module } = result
      return { source, program, comments, isTypeScript: lang.startsWith('ts'), isModule: module.hasModuleSyntax }
    }
    message ??= result.errors[0]?.message
  }
  throw new SyntaxError(message ?? 'cannot be parsed')
}

function attempts(path: string): readonly { lang: string; sourceType: string }[] {
  const langs = /\.[cm]?ts$/.test(path) ? ['ts', 'jsx'] : path.endsWith('.tsx') ? ['tsx'] : ['jsx', 'tsx']
  const types = /\.m[jt]s$/.test(path)
    ? ['module']
    : /\.c[jt]s$/.test(path)
      ? ['commonjs']
      : ['unambiguous', 'commonjs']
  return langs.flatMap((lang) => types.map((sourceType) => ({ lang, sourceType })))
}

/** The nodes directly below one, in the order of the text. */
export function children(node: SyntaxNode): SyntaxNode[] {
  const below: SyntaxNode[] = []
  for (const key of parser().visitorKeys[node.type] ?? []) {
    const value = node[key]
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) below.push(item)
    } else if (isNode(value)) below.push(value)
  }
  return below
}

/** Whether a value is a node. */
export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && typeof (value as SyntaxNode).type === 'string'
}

/** The node under a key; undefined when there is none. */
export function child(node: SyntaxNode, key: string): SyntaxNode | undefined {
  const value = node[key]
  return isNode(value) ? value : undefined
}

/** The nodes in a list under a key. */
export function list(node: SyntaxNode, key: string): readonly SyntaxNode[] {
  const value = node[key]
  return Array.isArray(value) ? value.filter(isNode) : []
}

/** Functions and arrows with a body. */
export function isFunction(node: SyntaxNode): boolean {
  return (
    (node.type === 'FunctionDeclaration' ||
      node.type === 'FunctionExpression' ||
      node.type === 'ArrowFunctionExpression') &&
    isNode(node['body'])
  )
}

/** What an expression is when parentheses and type assertions around it are taken away. */
export function bare(node: SyntaxNode): SyntaxNode {
  let inner = node
  while (
    /^(ParenthesizedExpression|TSAsExpression|TSSatisfiesExpression|TSNonNullExpression|ChainExpression)$/.test(
      inner.type,
    )
  ) {
    const next = child(inner, 'expression')
    if (next === undefined) return inner
    inner = next
  }
  return inner
}

/** Name of an identifier, or value of a text literal. */
export function nameOf(node: SyntaxNode | undefined): string | undefined {
  if (node === undefined) return undefined
  if (node.type === 'Identifier') return String(node['name'])
  if (node.type === 'PrivateIdentifier') return `#${String(node['name'])}`
  if (node.type === 'ThisExpression') return 'this'
  return node.type === 'Literal' && typeof node['value'] === 'string' ? node['value'] : undefined
}

/** Whether a statement is a directive, such as 'use strict'. */
export function isDirective(statement: SyntaxNode): boolean {
  return typeof statement['directive'] === 'string'
}
