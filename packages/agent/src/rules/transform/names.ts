import type { ParsedModule, SyntaxNode } from './syntax.ts'

/** Symbol of the runtime in the global object, as it is written into modules. */
export const RUNTIME_EXPRESSION = 'Symbol.for("clew.rules.1")'

/** Names and snippets that insertions into one module share. */
export interface Names {
  /** A function's activation, and an error that was caught. */
  readonly x: string
  readonly e: string
  /** Functions declared in the module: result, after and before a pause, entering, delegation, calls. */
  readonly ret: string
  readonly again: string
  readonly away: string
  readonly enter: string
  readonly delegate: string
  readonly call: string
  readonly runtime: string
  readonly points: string
  point(index: number): string
  /** `:any` in TypeScript, so that what is inserted passes a type check; else nothing. */
  readonly any: string
  /** Whether the module is TypeScript, annotated or not. */
  readonly isTypeScript: boolean
  readonly orders: ReadonlyMap<SyntaxNode, number>
}

/** Names that occur nowhere in the text; with type annotations where a type checker may see them. */
export function namesFor(
  { source, isTypeScript }: ParsedModule,
  annotate: boolean,
  orders: ReadonlyMap<SyntaxNode, number>,
): Names {
  let prefix = '__clew$'
  for (let index = 2; source.includes(prefix); index++) prefix = `__clew${index}$`
  return {
    x: `${prefix}x`,
    e: `${prefix}e`,
    ret: `${prefix}r`,
    again: `${prefix}a`,
    away: `${prefix}s`,
    enter: `${prefix}i`,
    delegate: `${prefix}d`,
    call: `${prefix}c`,
    runtime: `${prefix}h`,
    points: `${prefix}p`,
    point: (index) => `${prefix}p${index}`,
    any: isTypeScript && annotate ? ':any' : '',
    isTypeScript,
    orders,
  }
}

/**
 * What stands at the top of a module. The helpers are function declarations and the points `var`s: other modules may call
 * functions of this one before its first statement has run, and must find them off rather than missing.
 */
export function preamble(specs: readonly object[], hooks: string, importText: string, names: Names): string {
  const { ret, again, away, enter, delegate, call, runtime, points, any } = names
  const generic = any === '' ? '' : '<T>'
  const value = any === '' ? '' : ':T'
  const helper = (name: string, body: string): string =>
    `function ${name}${generic}(x${any},v${value})${value}{${body}}`
  const global = any === '' ? 'globalThis' : '(globalThis as any)'
  const list = specs.map((_, index) => `${names.point(index)}${any}=${points}[${index}]`)
  return (
    importText +
    helper(ret, 'return x===void 0?v:x.r(v)') +
    helper(again, 'return x===void 0?v:x.a(v)') +
    helper(away, 'return x===void 0?v:x.s(v)') +
    `function ${enter}(x${any}){if(x!==void 0)x.i()}` +
    `function ${delegate}${generic}(x${any},v${value},a${any})${value}{return x===void 0?v:${runtime}.delegate(x,v,a===1)}` +
    `function ${call}${generic}(p${any},v${value})${value}{return p?.on?p.c(v):v}` +
    `var ${runtime}${any}=${global}[${RUNTIME_EXPRESSION}],` +
    `${points}${any}=${runtime}?${runtime}.points(${JSON.stringify(specs)}${hooks}):[],${list.join(',')};`
  )
}
