import { isMap, isScalar, isSeq, type LineCounter, type Node, type YAMLMap } from 'yaml'
import { closest } from './closest.ts'
import type { RuleProblem } from './rule-error.ts'
import type { Fields } from './rule-schema.ts'
import {
  EXPRESSION_FORMS,
  parseExpression,
  parseTemplate,
  type RuleValue,
  type ValueExpression,
} from './value-expression.ts'

type Given = Node | null | undefined

/** Reads nodes of a YAML file as the types of the grammar, and keeps a list of what is not as it should be. */
export class Reader {
  readonly problems: RuleProblem[]
  readonly #file: string
  readonly #lines: LineCounter

  constructor(file: string, lines: LineCounter, problems: RuleProblem[]) {
    this.#file = file
    this.#lines = lines
    this.problems = problems
  }

  /** Adds a problem at a node. */
  say(node: Given, message: string, fix: string): void {
    const { line, col } = this.#lines.linePos(node?.range?.[0] ?? 0)
    this.problems.push({ file: this.#file, line, column: col, message, fix })
  }

  /** `file:line` of a node. */
  position(node: Node): string {
    return `${this.#file}:${this.#lines.linePos(node.range?.[0] ?? 0).line}`
  }

  /** Values by key; unknown and missing keys are problems. */
  object(map: YAMLMap<Node, Node | null>, fields: Fields, what: string): Map<string, Node | null> {
    const values = new Map<string, Node | null>()
    for (const { key, value } of map.items) {
      const name = isScalar(key) ? String(key.value) : ''
      if (Object.hasOwn(fields, name)) values.set(name, value)
      else this.say(key, `${what} has no key '${name}'`, suggestion(name, Object.keys(fields)))
    }
    for (const [name, field] of Object.entries(fields)) {
      if (field.required === true && !values.has(name)) {
        this.say(map, `${what} needs '${name}'`, `add \`${name}: ${field.example}\``)
      }
    }
    return values
  }

  /** A map, or a problem. */
  map(node: Given, what: string, example: string): YAMLMap<Node, Node | null> | undefined {
    if (isMap(node)) return node as YAMLMap<Node, Node | null>
    this.say(node, `${what} must be a map`, `write it like ${example}`)
    return undefined
  }

  text(node: Given): string | undefined {
    if (node === undefined) return undefined
    if (isScalar(node) && (typeof node.value === 'string' || typeof node.value === 'number') && node.value !== '') {
      return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value))
    }
    this.say(node, 'this must be text', 'write one word, or text in quotes')
    return undefined
  }

  texts(node: Given): readonly string[] | undefined {
    if (node === undefined) return undefined
    if (!isSeq(node)) {
      const text = this.text(node)
      return text === undefined ? undefined : [text]
    }
    const texts = node.items.map((item) => this.text(item as Node)).filter((text) => text !== undefined)
    if (node.items.length === 0) this.say(node, 'this list is empty', 'give at least one entry')
    return texts
  }

  boolean(node: Given): boolean | undefined {
    if (node === undefined) return undefined
    if (isScalar(node) && typeof node.value === 'boolean') return node.value
    this.say(node, 'this must be true or false', 'write true or false without quotes')
    return undefined
  }

  oneOf(node: Given, choices: readonly string[], fallback: string): string {
    if (node === undefined) return fallback
    const text = this.text(node)
    if (text === undefined || choices.includes(text)) return text ?? fallback
    this.say(node, `'${text}' is none of ${choices.join(', ')}`, suggestion(text, choices))
    return fallback
  }

  line(node: Given): number | undefined {
    if (node === undefined) return undefined
    const value = isScalar(node) ? node.value : undefined
    if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value
    this.say(node, 'a line is a whole number from 1', 'write it like 42')
    return undefined
  }

  expression(node: Given): ValueExpression | undefined {
    const value = this.value(node)
    if (value === undefined || typeof value === 'object') return value
    this.say(node, 'this must be an expression', `write ${EXPRESSION_FORMS}`)
    return undefined
  }

  value(node: Given): RuleValue | undefined {
    if (node === undefined) return undefined
    const value = isScalar(node) ? node.value : undefined
    if (typeof value === 'number' || typeof value === 'boolean') return value
    if (typeof value !== 'string') {
      this.say(node, 'this must be text, a number, true, false or an expression', `expressions are ${EXPRESSION_FORMS}`)
      return undefined
    }
    if (value.startsWith('$$')) return value.slice(1)
    if (!value.startsWith('$')) return value
    const expression = parseExpression(value)
    if (expression === undefined) {
      this.say(node, `'${value}' cannot be read`, `write ${EXPRESSION_FORMS}; text that begins with $ has two of them`)
    }
    return expression
  }

  template(node: Given): readonly RuleValue[] | undefined {
    const text = this.text(node)
    if (text === undefined) return undefined
    const parts = text.startsWith('$') ? parseTemplate(`{${text}}`) : parseTemplate(text)
    if (!('broken' in parts)) return parts
    this.say(node, `'${parts.broken}' cannot be read`, `write ${EXPRESSION_FORMS} in braces; a brace itself is {{`)
    return undefined
  }

  attributes(node: Given): Readonly<Record<string, RuleValue>> {
    const attributes: Record<string, RuleValue> = {}
    if (node === undefined) return attributes
    const map = this.map(node, 'attributes', '{ order.id: $args[0].id }')
    for (const { key, value } of map?.items ?? []) {
      const name = this.text(key)
      const read = this.value(value ?? key)
      if (name !== undefined && read !== undefined && value !== null) attributes[name] = read
      if (value === null) this.say(key, `attribute '${name ?? ''}' has no value`, 'give it a constant or an expression')
    }
    return attributes
  }
}

function suggestion(name: string, choices: readonly string[]): string {
  const near = closest(name, choices)
  return near === undefined ? `use ${choices.join(', ')}` : `did you mean '${near}'?`
}
