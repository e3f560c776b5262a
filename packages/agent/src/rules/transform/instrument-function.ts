import type { PointKind } from '../runtime/point-spec.ts'
import type { Edits } from './edits.ts'
import type { FunctionSite } from './function-site.ts'
import type { Names } from './names.ts'
import { blockHazard, scanScope, type Scope } from './scope.ts'
import { child, isDirective, list, type SyntaxNode } from './syntax.ts'

/** How a function's body runs. */
export function kindOf(fn: SyntaxNode): PointKind {
  if (fn['generator'] === true) return fn['async'] === true ? 'async-generator' : 'generator'
  return fn['async'] === true ? 'async' : 'plain'
}

/** What is to be put into a function. */
export interface FunctionWork {
  readonly site: FunctionSite
  /** Name of the point's variable. */
  readonly point: string
  readonly slots: readonly string[]
  /** Whether the function's work gets a context of its own, which must be left at every await and yield. */
  readonly entersContext: boolean
}

/** What stands in the way; undefined when nothing does and `instrumentFunction` may be called. */
export function functionHazard({ node, isDerived }: FunctionSite, isTypeScript: boolean): string | undefined {
  const body = child(node, 'body')
  if (body?.type !== 'BlockStatement') return undefined
  const hazard = blockHazard(node, scanScope(node))
  if (hazard !== undefined) return hazard
  if (isDerived && isTypeScript && superStatement(body) === undefined) {
    return 'its super() is not at the top of the constructor, where TypeScript wants it'
  }
  return undefined
}

/**
 * Whether the function can have a context of its own: `await using` pauses at the end of a block, where nothing can be put
 * that gives the caller its context back.
 */
export function canEnterContext({ node }: FunctionSite): boolean {
  return !scanScope(node).hasAwaitUsing
}

/**
 * Puts a function's body between `try` and `finally`, where it keeps its own `this`, `arguments`, `super`, parameters and
 * kind. Everything is behind one branch on the point's flag; functions that are not called while a rule is on run the same
 * statements as before.
 */
export function instrumentFunction(work: FunctionWork, edits: Edits, names: Names): void {
  const { site } = work
  const { node, order } = site
  const body = child(node, 'body') as SyntaxNode
  const scope = scanScope(node)
  if (body.type !== 'BlockStatement') {
    edits.open(body.start, `{${head(work, names)}return ${names.ret}(${names.x},`, order)
    edits.close(body.end, `)${tail(work, names)}}`, order)
  } else {
    const start = startOfCode(work, body, names)
    edits.after(start.at, start.separator + head(work, names), order)
    const reset = scope.hasReturnUnderFinally ? `;if(${names.x}!==void 0)${names.x}.y()` : ''
    edits.before(body.end - 1, reset + tail(work, names), order)
  }
  for (const statement of scope.returns) wrapReturn(statement, kindOf(node), edits, names)
  if (work.entersContext) keepContext(scope, edits, names, order)
}

function head({ point, slots, site }: FunctionWork, names: Names): string {
  const { x, e, any } = names
  const early = isLate(site, slots, names) ? [] : slots
  return (
    `let ${x}${any};if(${point}?.on)try{${x}=${point}.e([${early.join(',')}])}catch(${e}${any}){${point}.b(${e})}` +
    `try{`
  )
}

/** In the constructor of a derived class there is no `this` before `super()`; in any constructor it is empty on entry. */
function isLate(
  { isConstructor, isDerived }: FunctionSite,
  slots: readonly string[],
  { isTypeScript }: Names,
): boolean {
  return isConstructor && slots.includes('this') && !(isDerived && isTypeScript)
}

function tail({ site, slots, point }: FunctionWork, names: Names): string {
  const { x, e, any } = names
  const late = isLate(site, slots, names) ? `try{${x}.l([${slots.join(',')}])}catch(${e}${any}){${point}.b(${e})}` : ''
  return `}catch(${e}${any}){if(${x}!==void 0)${x}.t(${e});throw ${e}}` + `finally{if(${x}!==void 0){${late}${x}.f()}}`
}

/** After the directives; in TypeScript's derived constructors after `super()`, which has to stay at the top. */
function startOfCode({ site }: FunctionWork, body: SyntaxNode, names: Names): { at: number; separator: string } {
  if (site.isDerived && names.isTypeScript) {
    const statement = superStatement(body)
    if (statement !== undefined) return { at: statement.end, separator: ';' }
  }
  const directive = list(body, 'body').findLast((statement) => isDirective(statement))
  return directive === undefined ? { at: body.start + 1, separator: '' } : { at: directive.end, separator: ';' }
}

function superStatement(body: SyntaxNode): SyntaxNode | undefined {
  return list(body, 'body').find((statement) => {
    const call = statement.type === 'ExpressionStatement' ? child(statement, 'expression') : undefined
    return call?.type === 'CallExpression' && child(call, 'callee')?.type === 'Super'
  })
}

function wrapReturn(statement: SyntaxNode, kind: PointKind, edits: Edits, { ret, away, x, orders }: Names): void {
  const argument = child(statement, 'argument')
  if (argument === undefined) return
  const order = orders.get(statement) ?? 0
  // An async generator awaits what it returns, and is left while it does.
  const waits = kind === 'async-generator'
  edits.open(argument.start, waits ? `${ret}(${x},${away}(${x},(` : `${ret}(${x},(`, order)
  edits.close(argument.end, waits ? ')))' : '))', order)
}

function keepContext(
  scope: Scope,
  edits: Edits,
  { x, again, away, enter, delegate, orders }: Names,
  order: number,
): void {
  const orderOf = (node: SyntaxNode): number => orders.get(node) ?? order
  for (const node of scope.awaits) {
    const argument = child(node, 'argument') as SyntaxNode
    edits.open(node.start, `${again}(${x},`, orderOf(node))
    edits.open(argument.start, `${away}(${x},(`, orderOf(node))
    edits.close(node.end, ')))', orderOf(node))
  }
  for (const node of scope.yields) {
    const argument = child(node, 'argument')
    const own = orderOf(node)
    edits.open(node.start, `${again}(${x},`, own)
    if (argument === undefined) edits.close(node.end, ` ${away}(${x},void 0))`, own)
    else {
      edits.open(argument.start, `${node['delegate'] === true ? delegate : away}(${x},(`, own)
      // Whether the function is async is what the third argument of `delegate` says.
      edits.close(node.end, node['delegate'] === true ? `),${scope.isAsync ? 1 : 0}))` : ')))', own)
    }
  }
  for (const { loop, statement, isAlone } of scope.asyncLoops) {
    const right = child(loop, 'right') as SyntaxNode
    const body = child(loop, 'body') as SyntaxNode
    edits.open(right.start, `${delegate}(${x},(`, orderOf(loop))
    edits.close(right.end, '),1)', orderOf(loop))
    if (body.type === 'BlockStatement') edits.after(body.start + 1, `${enter}(${x});`, orderOf(body))
    else {
      edits.open(body.start, `{${enter}(${x});`, orderOf(body))
      edits.close(body.end, '}', orderOf(body))
    }
    if (isAlone) edits.open(statement.start, '{', orderOf(statement))
    edits.close(statement.end, `${enter}(${x});${isAlone ? '}' : ''}`, orderOf(statement))
  }
  for (const handler of scope.handlers) edits.after(handler.start + 1, `${enter}(${x});`, orderOf(handler))
}
