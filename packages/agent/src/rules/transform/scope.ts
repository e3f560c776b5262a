import { child, children, isFunction, list, nameOf, type SyntaxNode } from './syntax.ts'

/** What happens in the body of one function, functions within it left out. */
export interface Scope {
  readonly returns: SyntaxNode[]
  readonly awaits: SyntaxNode[]
  readonly yields: SyntaxNode[]
  /** `for await` loops, with the statement that has their labels. */
  readonly asyncLoops: { readonly loop: SyntaxNode; readonly statement: SyntaxNode; readonly isAlone: boolean }[]
  /** Bodies of `catch` and `finally`. */
  readonly handlers: SyntaxNode[]
  readonly varNames: Set<string>
  /** Functions declared in blocks. */
  readonly blockFunctions: Set<string>
  /** Whether a `return` may be overruled by a `finally`. */
  readonly hasReturnUnderFinally: boolean
  /** Whether `eval` is called by its name. */
  readonly hasEval: boolean
  /** Whether the function itself is. */
  readonly isAsync: boolean
  readonly hasAwaitUsing: boolean
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

/** Looks through the body of a function; for a single expression, that is the body. */
export function scanScope(fn: SyntaxNode): Scope {
  const body = child(fn, 'body') as SyntaxNode
  const scope: Mutable<Scope> = {
    returns: [],
    awaits: [],
    yields: [],
    asyncLoops: [],
    handlers: [],
    varNames: new Set(),
    blockFunctions: new Set(),
    hasReturnUnderFinally: false,
    hasEval: false,
    isAsync: fn['async'] === true,
    hasAwaitUsing: false,
  }
  visit(body, scope, { parent: undefined, label: undefined, underFinally: false, root: body })
  return scope
}

interface Place {
  readonly parent: SyntaxNode | undefined
  /** The outermost label right above, with its own parent. */
  readonly label: { readonly statement: SyntaxNode; readonly parent: SyntaxNode | undefined } | undefined
  readonly underFinally: boolean
  readonly root: SyntaxNode
}

function visit(node: SyntaxNode, scope: Mutable<Scope>, place: Place): void {
  const { parent, underFinally, root } = place
  switch (node.type) {
    case 'ReturnStatement':
      scope.returns.push(node)
      if (underFinally) scope.hasReturnUnderFinally = true
      break
    case 'AwaitExpression':
      scope.awaits.push(node)
      break
    case 'YieldExpression':
      scope.yields.push(node)
      break
    case 'ForOfStatement':
      if (node['await'] === true) {
        const { statement, parent: above } = place.label ?? { statement: node, parent }
        const isList = above === undefined || /^(BlockStatement|SwitchCase|StaticBlock|Program)$/.test(above.type)
        scope.asyncLoops.push({ loop: node, statement, isAlone: !isList })
      }
      break
    case 'VariableDeclaration':
      if (node['kind'] === 'var')
        for (const one of list(node, 'declarations')) addNames(child(one, 'id'), scope.varNames)
      if (node['kind'] === 'await using') scope.hasAwaitUsing = true
      break
    case 'CallExpression':
      if (nameOf(child(node, 'callee')) === 'eval') scope.hasEval = true
      break
    case 'TryStatement': {
      const handler = child(node, 'handler')
      const finalizer = child(node, 'finalizer')
      if (handler !== undefined) scope.handlers.push(child(handler, 'body') as SyntaxNode)
      if (finalizer !== undefined) scope.handlers.push(finalizer)
      break
    }
    default:
  }
  if (isFunction(node)) {
    const name = nameOf(child(node, 'id'))
    if (node.type === 'FunctionDeclaration' && parent !== root && name !== undefined) scope.blockFunctions.add(name)
    return
  }
  const label = node.type === 'LabeledStatement' ? (place.label ?? { statement: node, parent }) : undefined
  const under = underFinally || (node.type === 'TryStatement' && child(node, 'finalizer') !== undefined)
  for (const below of ownChildren(node)) visit(below, scope, { parent: node, label, underFinally: under, root })
}

/** What of a class is run by the function around it: what it extends, and computed keys. */
function ownChildren(node: SyntaxNode): readonly SyntaxNode[] {
  if (node.type === 'StaticBlock') return []
  if (/^(MethodDefinition|PropertyDefinition|AccessorProperty)$/.test(node.type)) {
    const key = child(node, 'key')
    return [...list(node, 'decorators'), ...(node['computed'] === true && key !== undefined ? [key] : [])]
  }
  return children(node)
}

/** Names a pattern binds. */
export function addNames(pattern: SyntaxNode | undefined, names: Set<string>): void {
  if (pattern === undefined) return
  if (pattern.type === 'Identifier') names.add(String(pattern['name']))
  else if (pattern.type === 'TSParameterProperty') addNames(child(pattern, 'parameter'), names)
  else if (pattern.type === 'AssignmentPattern') addNames(child(pattern, 'left'), names)
  else if (pattern.type === 'RestElement') addNames(child(pattern, 'argument'), names)
  else if (pattern.type === 'Property') addNames(child(pattern, 'value'), names)
  else for (const below of children(pattern)) addNames(below, names)
}

/**
 * Why the body of a function cannot be put into a block without changing what it means; undefined when it can. Functions
 * declared at the top of a function and in a block follow different rules where names meet.
 */
export function blockHazard(fn: SyntaxNode, scope: Scope): string | undefined {
  const body = child(fn, 'body') as SyntaxNode
  const declared = list(body, 'body').filter(
    (node) => node.type === 'FunctionDeclaration' && child(node, 'body') !== undefined,
  )
  if (declared.length > 0 && scope.hasEval) return 'it declares functions and calls eval'
  const paramNames = new Set<string>()
  for (const param of list(fn, 'params')) addNames(param, paramNames)
  const seen = new Set<string>()
  for (const node of declared) {
    const name = nameOf(child(node, 'id')) ?? ''
    if (seen.has(name)) return `it declares function ${name} twice`
    if (scope.varNames.has(name)) return `it declares ${name} as variable and as function`
    if (paramNames.has(name)) return `it declares function ${name}, which is a parameter as well`
    if (scope.blockFunctions.has(name)) return `it declares function ${name} again in a block`
    seen.add(name)
  }
  return undefined
}
