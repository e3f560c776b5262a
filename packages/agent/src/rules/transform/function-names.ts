import { bare, child, nameOf, type SyntaxNode } from './syntax.ts'

/** The names a function or class gets from where it stands: variable, property, assignment, default export. */
export function namesOfValue(node: SyntaxNode, parents: readonly SyntaxNode[]): string[] {
  const { holder } = holderOf(node, parents)
  if (holder === undefined) return []
  switch (holder.type) {
    case 'VariableDeclarator':
    case 'AssignmentPattern':
      return known(nameOf(child(holder, 'id') ?? child(holder, 'left')))
    case 'Property': {
      const name = holder['computed'] === true ? undefined : nameOf(child(holder, 'key'))
      const kind = holder['kind']
      return name === undefined ? [] : kind === 'get' || kind === 'set' ? [name, `${kind} ${name}`] : [name]
    }
    case 'PropertyDefinition':
    case 'AccessorProperty':
      return known(nameOf(child(holder, 'key')))
    case 'AssignmentExpression': {
      const left = child(holder, 'left')
      if (left === undefined) return []
      if (left.type !== 'MemberExpression') return known(nameOf(left))
      const object = child(left, 'object')
      const name = nameOf(child(left, 'property'))
      return nameOf(object) === 'module' && name === 'exports' ? ['default'] : known(name)
    }
    case 'ExportDefaultDeclaration':
      return ['default']
    default:
      return []
  }
}

/**
 * The class or object a function belongs to although it is no member by syntax: `Order.prototype.total = …`,
 * `this.total = …` in a class, `const orders = { total() {} }`.
 */
export function ownerOfAssignment(
  node: SyntaxNode,
  parents: readonly SyntaxNode[],
  className: string | undefined,
): string | undefined {
  const { holder, index } = holderOf(node, parents)
  if (holder?.type === 'AssignmentExpression') {
    const left = child(holder, 'left')
    const object = left?.type === 'MemberExpression' ? child(left, 'object') : undefined
    if (object?.type === 'ThisExpression') return className
    if (object?.type === 'MemberExpression' && nameOf(child(object, 'property')) === 'prototype') {
      return nameOf(child(object, 'object'))
    }
    const name = nameOf(object)
    return name === 'exports' || name === 'module' ? undefined : name
  }
  const object = parents[index - 1]
  if (holder?.type !== 'Property' || object?.type !== 'ObjectExpression') return undefined
  return namesOfValue(object, parents.slice(0, index - 1))[0]
}

/** What a value is given to, past parentheses and type assertions. */
function holderOf(node: SyntaxNode, parents: readonly SyntaxNode[]): { holder: SyntaxNode | undefined; index: number } {
  let index = parents.length - 1
  while (index >= 0 && parents[index] !== bare(parents[index] as SyntaxNode)) index--
  const holder = parents[index]
  const isValue =
    holder !== undefined &&
    ['init', 'right', 'value', 'declaration'].some((key) => {
      const value = child(holder, key)
      return value !== undefined && bare(value) === node
    })
  return { holder: isValue ? holder : undefined, index }
}

function known(name: string | undefined): string[] {
  return name === undefined ? [] : [name]
}
