import type { Node } from 'yaml'
import type { Rule, RuleAction } from './rule.ts'
import type { RuleValue } from './value-expression.ts'
import type { Reader } from './yaml-reader.ts'

/** What does not go together although each part is right by itself. */
export function checkRule(reader: Reader, rule: Rule, key: Node, fields: ReadonlyMap<string, Node | null>): void {
  const { where, actions } = rule
  const at = fields.get('where') ?? key
  const about = fields.get('do') ?? key
  const places = ['class', 'func', 'decorator', 'directive'].filter((name) => where[name as 'class'] !== undefined)
  const kinds = new Set(actions.map((action) => action.do))
  const passive = [...kinds].every((kind) => kind === 'redact' || kind === 'skip')
  if (kinds.has('skip') && kinds.size > 1)
    reader.say(about, 'skip goes with no other action', 'make it a rule of its own')
  if (!passive && places.length === 0 && where.line === undefined && where.call === undefined) {
    reader.say(
      at,
      `rule ${rule.name} selects every function there is`,
      'add func, class, line, call, decorator or directive to `where`',
    )
  }
  if (where.line !== undefined) {
    if (where.file === undefined) reader.say(at, 'a line needs its file', 'add `file: src/orders.ts`')
    if (places.length > 0 || where.call !== undefined) {
      reader.say(at, `a line stands by itself`, `leave out ${[...places, ...(where.call ? ['call'] : [])].join(', ')}`)
    }
    for (const action of actions) checkLineAction(reader, action, about)
  }
  if (where.call !== undefined && usesRoot(actions, ['var'])) {
    reader.say(about, '$vars is not known in a call', 'use $args, $this (what the function is called on) or $result')
  }
  for (const action of actions) {
    if ('when' in action && action.when === 'enter' && usesRoot([action], ['result', 'error', 'durationMs'])) {
      reader.say(about, '$result, $error and $duration_ms are not known on entry', 'set `when: exit`')
    }
    if ('carrier' in action && ['result', 'error', 'durationMs'].includes(action.carrier.root)) {
      reader.say(about, 'context is read and written on entry', 'use $args, $this or $vars')
    }
  }
}

function checkLineAction(reader: Reader, action: RuleAction, about: Node): void {
  if (action.do === 'span' || action.do === 'extract' || action.do === 'inject') {
    reader.say(
      about,
      `a line has no ${action.do === 'span' ? 'duration' : 'beginning and end'}`,
      'use event, log, metric or inject_hooks, or select the function',
    )
  }
  if (action.do === 'hooks' && action.after !== undefined)
    reader.say(about, 'nothing comes after a line', 'use `before`')
  if (usesRoot([action], ['result', 'error', 'durationMs', 'arg', 'args'])) {
    reader.say(about, 'a line knows no arguments and no result', 'use $vars.name or $this')
  }
}

/** Whether one of the values of some actions begins with one of these. */
export function usesRoot(actions: readonly RuleAction[], roots: readonly string[]): boolean {
  return actions.some((action) =>
    valuesOf(action).some((value) => typeof value === 'object' && roots.includes(value.root)),
  )
}

/** Every value an action reads. */
export function valuesOf(action: RuleAction): readonly RuleValue[] {
  return [
    ...('attributes' in action ? Object.values(action.attributes) : []),
    ...('value' in action ? [action.value] : []),
    ...('body' in action ? action.body : []),
    ...(action.do === 'span' ? (action.name ?? []) : []),
    ...('carrier' in action ? [action.carrier] : []),
  ]
}
