import { ACTION_FIELDS, RULE_FIELDS, WHERE_FIELDS, type Fields, type FieldType } from '@clew/agent/rules/rule-schema'
import { EXPRESSION_FORMS } from '@clew/agent/rules/value-expression'
import { code, GENERATED_NOTE, markdownTable } from './markdown.ts'

/** The reference of rules files, from the grammar that reads them. */
export function rulesPage(): string {
  return `${[
    GENERATED_NOTE,
    '# Rules: reference',
    'A rules file is a YAML map of rules by name. How to use it: [docs/agent/rules.md](../agent/rules.md).',
    '## A rule',
    table(RULE_FIELDS),
    '## `where`',
    'All keys that are given must hold.',
    table(WHERE_FIELDS),
    '## `do`',
    ...Object.entries(ACTION_FIELDS).flatMap(([name, { about, fields }]) => [
      `### ${code(name)}`,
      `${about[0]?.toUpperCase() ?? ''}${about.slice(1)}.`,
      ...(Object.keys(fields).length === 0 ? [] : [table(fields)]),
    ]),
    '## Values',
    `An expression is ${EXPRESSION_FORMS}. Text that begins with \`$\` and is none has two of them. Values that lead nowhere are left out.`,
  ].join('\n\n')}\n`
}

function table(fields: Fields): string {
  const rows = Object.entries(fields).map(([name, field]) => [
    code(name),
    typeName(field.type),
    field.about + (field.required === true ? ' (required)' : ''),
    field.default === undefined ? '' : code(field.default),
    code(field.example),
  ])
  return markdownTable(['key', 'type', 'what', 'default', 'example'], rows)
}

function typeName(type: FieldType): string {
  if (typeof type === 'string') return TYPE_NAMES[type]
  return 'oneOf' in type ? type.oneOf.map(code).join(', ') : 'map'
}

const TYPE_NAMES: Readonly<Record<Extract<FieldType, string>, string>> = {
  text: 'text',
  texts: 'text or list',
  boolean: 'true or false',
  line: 'number',
  expression: 'expression',
  value: 'constant or expression',
  template: 'text with `{$…}`',
  attributes: 'map of values',
}
