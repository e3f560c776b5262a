import { decoratorName, emittedDecorators, type EmittedDecorators } from './decorators.ts'
import { ownerOfAssignment, namesOfValue } from './function-names.ts'
import type { CallSite, FunctionSite, StatementSite } from './function-site.ts'
import {
  bare,
  child,
  children,
  isDirective,
  isFunction,
  list,
  nameOf,
  type ParsedModule,
  type SyntaxNode,
} from './syntax.ts'

/** Every place of a module that a rule could be about. */
export interface Sites {
  readonly functions: readonly FunctionSite[]
  readonly calls: readonly CallSite[]
  readonly statements: readonly StatementSite[]
  /** Places in the order of the text, for nodes that edits are made for. */
  readonly orders: ReadonlyMap<SyntaxNode, number>
}

interface ClassContext {
  readonly name: string | undefined
  readonly isDerived: boolean
  readonly decorators: readonly string[]
}

/** Walks the tree once. */
export function findSites(parsed: ParsedModule): Sites {
  const finder = new Finder(parsed)
  finder.visit(parsed.program, undefined, undefined)
  return finder
}

const NO_PLACE =
  /^(?:FunctionDeclaration|ClassDeclaration|EmptyStatement|TS\w+|Export(?:All|Named|Default)Declaration)$/

class Finder implements Sites {
  readonly functions: FunctionSite[] = []
  readonly calls: CallSite[] = []
  readonly statements: StatementSite[] = []
  readonly orders = new Map<SyntaxNode, number>()
  /** From the program down to the node that is visited. */
  readonly #parents: SyntaxNode[] = []
  readonly #parsed: ParsedModule
  readonly #emitted: EmittedDecorators

  constructor(parsed: ParsedModule) {
    this.#parsed = parsed
    this.#emitted = emittedDecorators(parsed)
  }

  visit(node: SyntaxNode, inside: FunctionSite | undefined, inClass: ClassContext | undefined): void {
    const parents = this.#parents
    const order = this.orders.size
    this.orders.set(node, order)
    let site = inside
    let context = inClass
    if (isFunction(node)) {
      site = this.#functionSite(node, order, parents, inClass)
      this.functions.push(site)
    } else if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') {
      context = this.#classContext(node, parents)
    } else if (node.type === 'CallExpression' || node.type === 'NewExpression') this.#call(node, order, parents, inside)
    this.#statement(node, order, parents.at(-1), inside)
    parents.push(node)
    for (const below of children(node)) this.visit(below, site, context)
    parents.pop()
  }

  #classContext(node: SyntaxNode, parents: readonly SyntaxNode[]): ClassContext {
    const name = nameOf(child(node, 'id')) ?? namesOfValue(node, parents)[0]
    return {
      name,
      isDerived: child(node, 'superClass') !== undefined,
      decorators: [...decoratorsOf(node), ...(name === undefined ? [] : (this.#emitted.get(name) ?? []))],
    }
  }

  #functionSite(
    node: SyntaxNode,
    order: number,
    parents: readonly SyntaxNode[],
    inClass: ClassContext | undefined,
  ): FunctionSite {
    const member = parents.at(-1)
    const isMember =
      member !== undefined &&
      /^(MethodDefinition|PropertyDefinition|AccessorProperty)$/.test(member.type) &&
      child(member, 'value') === node
    const own = nameOf(child(node, 'id'))
    const names = isMember ? memberNames(member) : [...(own === undefined ? [] : [own]), ...namesOfValue(node, parents)]
    const isConstructor = isMember && member['kind'] === 'constructor'
    const owner = isMember ? inClass?.name : ownerOfAssignment(node, parents, inClass?.name)
    const emitted = owner === undefined ? [] : (this.#emitted.get(`${owner}#${names[0] ?? ''}`) ?? [])
    return {
      node,
      order,
      names: [...new Set(names)],
      owner,
      isConstructor,
      isDerived: isConstructor && inClass?.isDerived === true,
      decorators: isMember ? [...decoratorsOf(member), ...emitted, ...(inClass?.decorators ?? [])] : emitted,
      directives: this.#directives(node, parents),
    }
  }

  /** Texts of the comments between a function, or the statement or member it is the value of, and what is before. */
  #directives(node: SyntaxNode, parents: readonly SyntaxNode[]): readonly string[] {
    const { source, comments } = this.#parsed
    const starts = new Set([node.start])
    for (let index = parents.length - 1; index >= 0; index--) {
      const parent = parents[index] as SyntaxNode
      if (
        /^(Program|BlockStatement|ClassBody|ObjectExpression|CallExpression|ArrayExpression|JSX\w+)$/.test(parent.type)
      )
        break
      if (isFunction(parent)) break
      starts.add(parent.start)
    }
    const texts: string[] = []
    for (let start of starts) {
      for (let index = comments.length - 1; index >= 0; index--) {
        const comment = comments[index]
        if (comment === undefined || comment.end > start) continue
        if (source.slice(comment.end, start).trim() !== '') break
        texts.push(comment.value.replace(/^[\s*]+/, '').trim())
        start = comment.start
      }
    }
    return texts
  }

  #call(node: SyntaxNode, order: number, parents: readonly SyntaxNode[], inside: FunctionSite | undefined): void {
    const members: string[] = []
    let base = bareCallee(child(node, 'callee'))
    while (base?.type === 'MemberExpression' && base['computed'] !== true) {
      const name = nameOf(child(base, 'property'))
      if (name === undefined || name.startsWith('#')) return
      members.unshift(name)
      base = bareCallee(child(base, 'object'))
    }
    if (base === undefined || base.type === 'Super' || base.type === 'Import' || nameOf(base) === 'eval') return
    const parent = parents.findLast((one) => one.type !== 'ParenthesizedExpression' && one.type !== 'ChainExpression')
    const isNew = node.type === 'NewExpression'
    const isAwaited = parent?.type === 'AwaitExpression'
    this.calls.push({ node, order, isNew, isAwaited, base, baseName: identifierName(base), members, inside })
  }

  #statement(node: SyntaxNode, order: number, parent: SyntaxNode | undefined, inside: FunctionSite | undefined): void {
    if (parent === undefined || NO_PLACE.test(node.type) || isDirective(node)) return
    if (/^(Program|BlockStatement|StaticBlock|TSModuleBlock)$/.test(parent.type)) {
      this.statements.push({ node, order, isAlone: false, inside })
    } else if (parent.type === 'SwitchCase' && child(parent, 'test') !== node) {
      this.statements.push({ node, order, isAlone: false, inside })
    } else if (isAlone(node, parent)) this.statements.push({ node, order, isAlone: true, inside })
  }
}

function isAlone(node: SyntaxNode, parent: SyntaxNode): boolean {
  if (node.type === 'BlockStatement') return false
  if (parent.type === 'IfStatement') return child(parent, 'test') !== node
  return /^(For\w*|While|DoWhile)Statement$/.test(parent.type) && child(parent, 'body') === node
}

function bareCallee(node: SyntaxNode | undefined): SyntaxNode | undefined {
  return node === undefined ? undefined : bare(node)
}

function identifierName(node: SyntaxNode): string | undefined {
  return node.type === 'Identifier' || node.type === 'ThisExpression' ? nameOf(node) : undefined
}

function memberNames(member: SyntaxNode): string[] {
  const name = member['computed'] === true ? undefined : nameOf(child(member, 'key'))
  if (name === undefined) return []
  const kind = member['kind']
  return kind === 'get' || kind === 'set' ? [name, `${kind} ${name}`] : [name]
}

function decoratorsOf(node: SyntaxNode): string[] {
  return list(node, 'decorators').flatMap((decorator) => decoratorName(child(decorator, 'expression')))
}
