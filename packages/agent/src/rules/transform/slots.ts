import type { RuleAction, RuleAttributes } from '../rule.ts'
import type { ActionSpec, AttributesSpec, PathSpec, TemplateSpec, ValueSpec } from '../runtime/point-spec.ts'
import type { RuleValue, ValueExpression } from '../value-expression.ts'
import { child, list, nameOf, type SyntaxNode } from './syntax.ts'

/** Where the values of a place can be read: an expression of the program, and what of the path is done by it. */
export type Locate = (
  value: ValueExpression,
) => { readonly code: string; readonly path: readonly (string | number)[] } | undefined

/** The expressions that are handed over at one place, each once. */
export class Slots {
  readonly codes: string[] = []
  /** Values no expression was found for, as they are written in rules. */
  readonly missing: string[] = []
  readonly #locate: Locate

  constructor(locate: Locate) {
    this.#locate = locate
  }

  /** An action with its values bound to slots; undefined for actions that are no work at run time. */
  bind(action: RuleAction, hookKey: (path: string) => string): ActionSpec | undefined {
    switch (action.do) {
      case 'span':
        return {
          ...action,
          name: action.name && this.#template(action.name),
          attributes: this.#attributes(action.attributes),
        }
      case 'metric':
        return { ...action, value: this.#value(action.value), attributes: this.#attributes(action.attributes) }
      case 'log':
        return { ...action, body: this.#template(action.body), attributes: this.#attributes(action.attributes) }
      case 'event':
        return { ...action, attributes: this.#attributes(action.attributes) }
      case 'extract':
      case 'inject':
        return { ...action, carrier: this.#path(action.carrier) }
      case 'hooks': {
        const self = this.#path({ root: 'this', path: [] }).from
        const args = this.#path({ root: 'args', path: [] }).from
        const slot = (from: PathSpec['from']): number | undefined =>
          typeof from === 'number' && from >= 0 ? from : undefined
        return { ...action, path: hookKey(action.path), self: slot(self), args: slot(args) }
      }
      case 'redact':
      case 'skip':
        return undefined
    }
  }

  #attributes(attributes: RuleAttributes): AttributesSpec {
    return Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, this.#value(value)]))
  }

  #template(parts: readonly RuleValue[]): TemplateSpec {
    return parts.map((part) => this.#value(part))
  }

  #value(value: RuleValue): ValueSpec {
    return typeof value === 'object' ? this.#path(value) : value
  }

  #path(value: ValueExpression): PathSpec {
    if (value.root === 'result' || value.root === 'error' || value.root === 'durationMs') {
      return { from: value.root, path: value.path }
    }
    const located = this.#locate(value)
    if (located === undefined) {
      this.missing.push(expressionText(value))
      // Leads nowhere, so the value is left out.
      return { from: -1, path: [] }
    }
    let from = this.codes.indexOf(located.code)
    if (from < 0) from = this.codes.push(located.code) - 1
    return { from, path: located.path }
  }
}

/** An expression as rules write it. */
function expressionText({ path, ...value }: ValueExpression): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('')
  if (value.root === 'arg') return `$args[${value.index}]${steps}`
  return value.root === 'var' ? `$vars.${value.name}${steps}` : `$${value.root}${steps}`
}

/** How the values of a function's entry are read without touching what is not asked for. */
export function locateIn(fn: SyntaxNode): Locate {
  const params = list(fn, 'params').filter((param) => nameOf(param) !== 'this')
  const isArrow = fn.type === 'ArrowFunctionExpression'
  return (value) => {
    const { path } = value
    if (value.root === 'this') return { code: 'this', path }
    if (value.root === 'var') return { code: value.name, path }
    if (value.root === 'args') return { code: allArguments(params, isArrow), path }
    if (value.root !== 'arg') return undefined
    return (
      locateArgument(params, value.index, path) ?? (isArrow ? undefined : { code: `arguments[${value.index}]`, path })
    )
  }
}

function locateArgument(
  params: readonly SyntaxNode[],
  index: number,
  path: readonly (string | number)[],
): ReturnType<Locate> {
  const rest = params.findIndex((param) => param.type === 'RestElement')
  if (rest >= 0 && index >= rest) {
    const name = nameOf(child(params[rest] as SyntaxNode, 'argument'))
    return name === undefined ? undefined : { code: name, path: [index - rest, ...path] }
  }
  const pattern = patternOf(params[index])
  if (pattern === undefined) return undefined
  const name = pattern.type === 'Identifier' ? nameOf(pattern) : undefined
  if (name !== undefined) return { code: name, path }
  if (pattern.type !== 'ObjectPattern') return undefined
  // `({ id })`: `$args[0].id` is the variable `id`.
  const property = list(pattern, 'properties').find(
    (one) => one.type === 'Property' && one['computed'] !== true && nameOf(child(one, 'key')) === path[0],
  )
  const bound = patternOf(property === undefined ? undefined : child(property, 'value'))
  const variable = bound?.type === 'Identifier' ? nameOf(bound) : undefined
  return variable === undefined ? undefined : { code: variable, path: path.slice(1) }
}

function allArguments(params: readonly SyntaxNode[], isArrow: boolean): string {
  const names: string[] = []
  for (const param of params) {
    const isRest = param.type === 'RestElement'
    const pattern = patternOf(isRest ? child(param, 'argument') : param)
    const name = pattern?.type === 'Identifier' ? nameOf(pattern) : undefined
    if (name === undefined && !isArrow) return '[...arguments]'
    names.push(`${isRest ? '...' : ''}${name ?? (isRest ? '[]' : 'void 0')}`)
  }
  return `[${names.join(',')}]`
}

function patternOf(param: SyntaxNode | undefined): SyntaxNode | undefined {
  if (param?.type === 'TSParameterProperty') return patternOf(child(param, 'parameter'))
  return param?.type === 'AssignmentPattern' ? child(param, 'left') : param
}
