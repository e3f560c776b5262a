/** Where a value begins: an argument by its place, all arguments, `this`, a variable, or what is known at the end. */
export type ValueRoot =
  | { readonly root: 'arg'; readonly index: number }
  | { readonly root: 'args' }
  | { readonly root: 'this' }
  | { readonly root: 'var'; readonly name: string }
  | { readonly root: 'result' | 'error' | 'durationMs' }

/** `$args[0].id` as data: a beginning and the properties to follow. */
export type ValueExpression = ValueRoot & { readonly path: readonly (string | number)[] }

/** A value in a rule: a constant or an expression. */
export type RuleValue = string | number | boolean | ValueExpression

const STEP =
  /^(?:\.([\p{ID_Start}$_][\p{ID_Continue}$]*)|(?:\[(?=\d+\])|\.(?=\d+(?!\w)))(\d{1,9})\]?|\[(?:"([^"\\]*)"|'([^'\\]*)')\])/u
const START = /^\$(args|this|result|error|duration_ms|vars)(?![\p{ID_Continue}$])/u

/** The syntax, for messages. */
export const EXPRESSION_FORMS =
  '$args.0 (or $args[0]), $args, $this, $vars.name, $result, $error or $duration_ms, then .name, .0 or ["name"]'

/**
 * Reads `$args[0].id` and the like; undefined when the text is not such an expression from its beginning to its end.
 */
export function parseExpression(text: string): ValueExpression | undefined {
  const start = START.exec(text)
  if (start === null) return undefined
  const path: (string | number)[] = []
  let rest = text.slice(start[0].length)
  while (rest !== '') {
    const step = STEP.exec(rest)
    if (step === null) return undefined
    path.push(step[2] === undefined ? (step[1] ?? step[3] ?? step[4] ?? '') : Number(step[2]))
    rest = rest.slice(step[0].length)
  }
  return withRoot(start[1] ?? '', path)
}

function withRoot(name: string, path: readonly (string | number)[]): ValueExpression | undefined {
  const [first, ...others] = path
  if (name === 'args') {
    return typeof first === 'number' ? { root: 'arg', index: first, path: others } : { root: 'args', path }
  }
  if (name === 'vars') return typeof first === 'string' ? { root: 'var', name: first, path: others } : undefined
  if (name === 'duration_ms') return path.length === 0 ? { root: 'durationMs', path } : undefined
  return { root: name as 'this' | 'result' | 'error', path }
}

/** A text with `{$args[0].id}` in it, as its parts; the broken expression when one cannot be read. `{{` is a brace. */
export function parseTemplate(text: string): readonly RuleValue[] | { readonly broken: string } {
  const parts: RuleValue[] = []
  let literal = ''
  for (let at = 0; at < text.length;) {
    if (text.startsWith('{{', at)) {
      literal += '{'
      at += 2
    } else if (text.startsWith('{$', at)) {
      const end = text.indexOf('}', at)
      const expression = end < 0 ? undefined : parseExpression(text.slice(at + 1, end))
      if (expression === undefined) return { broken: text.slice(at, end < 0 ? undefined : end + 1) }
      if (literal !== '') parts.push(literal)
      parts.push(expression)
      literal = ''
      at = end + 1
    } else literal += text[at++]
  }
  if (literal !== '') parts.push(literal)
  return parts
}
