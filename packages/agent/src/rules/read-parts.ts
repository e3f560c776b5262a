import { isMap, isScalar, isSeq, type Node } from 'yaml'
import { ACTION_FIELDS, SEVERITIES, SPAN_KINDS, WHERE_FIELDS } from './rule-schema.ts'
import type { RuleAction, RuleWhere } from './rule.ts'
import type { When } from './runtime/point-spec.ts'
import type { Reader } from './yaml-reader.ts'

type Values = ReadonlyMap<string, Node | null>

const WHEN = ['enter', 'return', 'error', 'exit'] as const

/** Reads `where`; {} when there is none. */
export function readWhere(reader: Reader, node: Node | null | undefined): RuleWhere {
  if (node === undefined) return {}
  const map = reader.map(node, 'where', '{ class: OrderService, func: price }')
  if (map === undefined) return {}
  const values = reader.object(map, WHERE_FIELDS, 'where')
  if (map.items.length === 0)
    reader.say(map, 'where is empty', 'select a function, a line, a call, a decorator or a directive')
  return {
    file: reader.texts(values.get('file')),
    class: reader.texts(values.get('class')),
    func: reader.texts(values.get('func')),
    line: reader.line(values.get('line')),
    call: readCall(reader, values.get('call')),
    decorator: reader.text(values.get('decorator'))?.replace(/^@/, ''),
    directive: reader.text(values.get('directive')),
  }
}

function readCall(reader: Reader, node: Node | null | undefined): RuleWhere['call'] {
  const text = reader.text(node)
  if (text === undefined) return undefined
  const isNew = text.startsWith('new ')
  const path = text
    .slice(isNew ? 4 : 0)
    .trim()
    .split('.')
  const valid = path.every((part, index) =>
    part === '**' ? index === 0 && path.length > 1 : /^(?:\*|[\p{ID_Start}$_][\p{ID_Continue}$]*)$/u.test(part),
  )
  if (valid && path.at(-1) !== '*') return { isNew, path }
  reader.say(
    node,
    `'${text}' is no call`,
    'write dotted names like stripe.charges.create, **.query or new Client; the last one without *',
  )
  return undefined
}

/** Reads `do`: a list of actions or a single one. */
export function readActions(
  reader: Reader,
  node: Node | null | undefined,
  resolvePath: (path: string) => string,
): readonly RuleAction[] {
  if (node === undefined) return []
  const items = isSeq(node) ? (node.items as Node[]) : [node]
  if (items.length === 0) reader.say(node, 'do is empty', 'add an action like `- span: {}`')
  const actions: RuleAction[] = []
  for (const item of items) {
    const map = reader.map(item, 'an action', '`- span: { name: price }`')
    if (map === undefined) continue
    const [pair] = map.items
    if (pair === undefined || map.items.length > 1) {
      reader.say(map, 'an action has one key', 'put each action on a line of its own that begins with `- `')
      continue
    }
    actions.push(...readAction(reader, pair.key, pair.value, resolvePath))
  }
  return actions
}

function readAction(
  reader: Reader,
  key: Node,
  value: Node | null,
  resolvePath: (path: string) => string,
): readonly RuleAction[] {
  const name = isScalar(key) ? String(key.value) : ''
  const action = Object.hasOwn(ACTION_FIELDS, name) ? ACTION_FIELDS[name] : undefined
  if (action === undefined) {
    reader.say(key, `there is no action '${name}'`, `use ${Object.keys(ACTION_FIELDS).join(', ')}`)
    return []
  }
  if (name === 'skip') {
    if (!isScalar(value) || value.value !== true) reader.say(value ?? key, 'skip has no settings', 'write `skip: true`')
    return [{ do: 'skip' }]
  }
  const isEmpty = value === null || (isScalar(value) && value.value === null)
  if (!isEmpty && !isMap(value)) {
    reader.say(
      value,
      `${name} must be a map`,
      `write it like \`${name}: {}\` with keys ${Object.keys(action.fields).join(', ')}`,
    )
    return []
  }
  const required = Object.entries(action.fields).find(([, field]) => field.required === true)
  if (isEmpty && required !== undefined) {
    reader.say(key, `${name} needs '${required[0]}'`, `add \`${required[0]}: ${required[1].example}\``)
    return []
  }
  const values: Values = isEmpty ? new Map() : reader.object(value as never, action.fields, name)
  return READERS[name]?.(reader, values, key, resolvePath) ?? []
}

type ReadAction = (
  reader: Reader,
  values: Values,
  key: Node,
  resolvePath: (path: string) => string,
) => readonly RuleAction[]

const READERS: Readonly<Record<string, ReadAction>> = {
  span: (reader, values) => [
    {
      do: 'span',
      name: reader.template(values.get('name')),
      kind: SPAN_KINDS.indexOf(reader.oneOf(values.get('kind'), SPAN_KINDS, 'internal')),
      attributes: reader.attributes(values.get('attributes')),
    },
  ],
  metric: (reader, values) => [
    {
      do: 'metric',
      name: reader.text(values.get('name')) ?? '',
      type: reader.oneOf(values.get('type'), ['counter', 'updown', 'histogram', 'gauge'], 'counter') as 'counter',
      unit: reader.text(values.get('unit')) ?? '',
      description: reader.text(values.get('description')) ?? '',
      value: reader.value(values.get('value')) ?? 1,
      when: readWhen(reader, values, 'exit'),
      attributes: reader.attributes(values.get('attributes')),
    },
  ],
  log: (reader, values) => [
    {
      do: 'log',
      body: reader.template(values.get('body')) ?? [],
      severity: SEVERITIES[reader.oneOf(values.get('severity'), Object.keys(SEVERITIES), 'info')] ?? 9,
      when: readWhen(reader, values, 'exit'),
      attributes: reader.attributes(values.get('attributes')),
    },
  ],
  event: (reader, values) => [
    {
      do: 'event',
      name: reader.text(values.get('name')) ?? '',
      when: readWhen(reader, values, 'enter'),
      attributes: reader.attributes(values.get('attributes')),
    },
  ],
  context: (reader, values, key) => {
    const extract = reader.expression(values.get('extract'))
    const inject = reader.expression(values.get('inject'))
    const as = reader.oneOf(values.get('as'), ['parent', 'link'], 'parent') as 'parent' | 'link'
    if (!values.has('extract') && !values.has('inject')) {
      reader.say(key, "context needs 'extract' or 'inject'", 'add `extract: $args[0].headers`')
    }
    return [
      ...(extract === undefined ? [] : [{ do: 'extract', carrier: extract, as } as const]),
      ...(inject === undefined ? [] : [{ do: 'inject', carrier: inject } as const]),
    ]
  },
  inject_hooks: (reader, values, key, resolvePath) => {
    const path = reader.text(values.get('path')) ?? ''
    const before = reader.text(values.get('before'))
    const after = reader.text(values.get('after'))
    if (!values.has('before') && !values.has('after')) {
      reader.say(key, "inject_hooks needs 'before' or 'after'", 'name an export of the module')
    }
    return [{ do: 'hooks', path: resolvePath(path), before, after }]
  },
  redact: (reader, values) => [
    {
      do: 'redact',
      keys: reader.texts(values.get('keys')) ?? [],
      replacement: reader.text(values.get('replacement')) ?? '***',
    },
  ],
}

function readWhen(reader: Reader, values: Values, fallback: When): When {
  return reader.oneOf(values.get('when'), WHEN, fallback) as When
}
