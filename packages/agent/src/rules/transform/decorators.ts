import { bare, child, children, list, nameOf, type ParsedModule, type SyntaxNode } from './syntax.ts'

/** Names of decorators by `Class` and `Class#member`, as compilers have written them into JavaScript. */
export type EmittedDecorators = ReadonlyMap<string, readonly string[]>

/** What TypeScript, SWC, esbuild and oxc call the function that applies them. */
const HELPER = /^_*(?:ts_)?decorate(?:Class|_class)?$/i

/** `Get` and `common.Get` of `common.Get('/')`. */
export function decoratorName(expression: SyntaxNode | undefined): string[] {
  let node = expression === undefined ? undefined : bare(expression)
  if (node?.type === 'CallExpression') node = bare(child(node, 'callee') ?? node)
  const parts: string[] = []
  while (node?.type === 'MemberExpression') {
    parts.unshift(nameOf(child(node, 'property')) ?? '')
    const object = child(node, 'object')
    node = object === undefined ? undefined : bare(object)
  }
  const base = nameOf(node)
  if (base !== undefined) parts.unshift(base)
  const last = parts.at(-1)
  if (last === undefined || last === '') return []
  return parts.length === 1 ? [last] : [last, parts.join('.')]
}

/** Finds `__decorate([Get(), …], Order.prototype, "total", …)` and `Order = __decorate([Injectable()], Order)`. */
export function emittedDecorators({ program, source }: ParsedModule): EmittedDecorators {
  const found = new Map<string, string[]>()
  if (/decorate/i.test(source)) collect(program, found)
  return found
}

function collect(node: SyntaxNode, found: Map<string, string[]>): void {
  if (node.type === 'CallExpression') {
    const callee = bare(child(node, 'callee') ?? node)
    // A helper that was imported is called like `tslib_1.__decorate` or `(0, _ts_decorate._)`.
    const name = callee.type === 'MemberExpression' ? nameOf(child(callee, 'property')) : nameOf(callee)
    if (name !== undefined && HELPER.test(name)) remember(list(node, 'arguments'), found)
  }
  for (const below of children(node)) collect(below, found)
}

function remember([decorators, target, member]: readonly SyntaxNode[], found: Map<string, string[]>): void {
  if (decorators?.type !== 'ArrayExpression' || target === undefined) return
  const isPrototype = target.type === 'MemberExpression' && nameOf(child(target, 'property')) === 'prototype'
  const owner = nameOf(isPrototype ? child(target, 'object') : target)
  if (owner === undefined) return
  const name = nameOf(member)
  const key = name === undefined ? owner : `${owner}#${name}`
  const names = list(decorators, 'elements').flatMap((element) => decoratorName(element))
  found.set(key, [...(found.get(key) ?? []), ...names])
}
