import { dirname, isAbsolute, resolve } from 'node:path'
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type Pair, type YAMLMap } from 'yaml'
import { inRange } from '../modules/version-range.ts'
import { readActions, readWhere } from './read-parts.ts'
import { RulesError, type RuleProblem } from './rule-error.ts'
import { RULE_FIELDS } from './rule-schema.ts'
import type { Rule } from './rule.ts'
import { checkRule } from './check-rule.ts'
import { Reader } from './yaml-reader.ts'

/** Files beyond this are refused before they are parsed. */
export const MAX_RULES_BYTES: number = 1024 * 1024
const MAX_RULES = 1000

/**
 * Reads a rules file. `file` is its path: it stands in messages, and hook modules are found from there.
 * @throws RulesError with everything that is wrong, each with line, column and what to do.
 */
export function parseRules(text: string, file: string): readonly Rule[] {
  const lines = new LineCounter()
  const problems: RuleProblem[] = []
  if (Buffer.byteLength(text) > MAX_RULES_BYTES) {
    throw new RulesError([{ file, line: 1, column: 1, message: 'the file is larger than 1 MiB', fix: 'split it' }])
  }
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, maxAliasCount: 0 } as object)
  const [broken] = document.errors
  if (broken !== undefined) {
    // What follows the first is mostly its echo.
    const at = broken.linePos?.[0] ?? { line: 1, col: 1 }
    const first = (broken.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, '')
    const fix = 'within { } and [ ], text with brackets or commas goes in quotes'
    throw new RulesError([{ file, line: at.line, column: at.col, message: `this is no YAML: ${first}`, fix }])
  }
  const reader = new Reader(file, lines, problems)
  const rules: Rule[] = []
  const { contents } = document
  if (contents === null) return rules
  if (isMap(contents)) {
    if (contents.items.length > MAX_RULES) {
      reader.say(contents, `${contents.items.length} rules in one file`, `keep it to ${MAX_RULES}`)
    } else {
      for (const pair of contents.items) {
        const rule = readRule(reader, pair as Pair<Node, Node | null>, dirname(resolve(file)))
        if (rule !== undefined) rules.push(rule)
      }
    }
  } else
    reader.say(contents as Node, 'a rules file is a map of rules by name', 'begin with `my_rule:` and indent the rest')
  if (problems.length > 0) throw new RulesError(problems)
  return rules
}

function readRule(reader: Reader, pair: Pair<Node, Node | null>, folder: string): Rule | undefined {
  const { key, value } = pair
  const name = isScalar(key) ? String(key.value) : ''
  if (!/^[A-Za-z0-9][\w.:/-]{0,99}$/.test(name)) {
    reader.say(key, `'${name}' cannot be the name of a rule`, 'use letters, digits and _ . : / -')
    return undefined
  }
  if (!isMap(value)) {
    reader.say(
      isAlias(value) || value === null ? key : value,
      `rule ${name} is not a map`,
      'give it `target`, `where` and `do`',
    )
    return undefined
  }
  const before = reader.problems.length
  const map = value as YAMLMap<Node, Node | null>
  const fields = reader.object(map, RULE_FIELDS, `rule ${name}`)
  const version = reader.text(fields.get('version'))
  const rule: Rule = {
    name,
    enabled: reader.boolean(fields.get('enabled')) ?? true,
    targets: reader.texts(fields.get('target')) ?? [],
    version,
    where: readWhere(reader, fields.get('where')),
    actions: readActions(reader, fields.get('do'), (path) => (isAbsolute(path) ? path : resolve(folder, path))),
    origin: reader.position(key),
  }
  if (version !== undefined && !isRange(version)) {
    reader.say(fields.get('version') ?? key, `'${version}' is no range of versions`, 'write it like ">=1.2 <3" or ^2.1')
  }
  if (isSeq(fields.get('where'))) return undefined
  if (reader.problems.length > before) return undefined
  checkRule(reader, rule, key, fields)
  return rule
}

/** A range that holds nothing between 0 and a million is none. */
function isRange(range: string): boolean {
  const words = range.split('||').every((part) =>
    part
      .trim()
      .replaceAll(/([<>=~^]+)\s+/g, '$1')
      .split(/\s+/)
      .every((word) => /^(?:[<>]=?|[=~^])?v?(?:\d+|[xX*])(?:\.(?:\d+|[xX*])){0,2}(?:[-+][\w.+-]+)?$/.test(word)),
  )
  return words && (inRange('0.0.0', range) || range.trim() !== '')
}
