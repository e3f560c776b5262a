import type { Factory } from '@clew/collector/core/factory'
import { factorySignals } from '../commands/components.ts'
import { componentRegistry } from '../wire/registry.ts'
import { schemaRows } from './json-schema-rows.ts'
import { GENERATED_NOTE, code, markdownTable } from './markdown.ts'

const KINDS = ['receiver', 'processor', 'exporter', 'connector', 'extension'] as const

/** docs/reference/components.md, from the component registry. */
export function componentsPage(): string {
  const all = componentRegistry().all
  const sections = KINDS.flatMap((kind) => {
    const factories = all.filter((factory) => factory.kind === kind)
    return factories.length === 0 ? [] : [`# ${kind[0]?.toUpperCase()}${kind.slice(1)}s`, ...factories.map(section)]
  })
  return `${GENERATED_NOTE}

# Components

What a [pipeline configuration](../collector.md) may contain. \`clew components\` lists the same. Names and meaning are
those of the OpenTelemetry Collector; settings it does not have are marked "Clew only".

${sections.join('\n\n')}
`
}

function section(factory: Factory): string {
  const rows = schemaRows(factory.schema)
  const signals = factorySignals(factory)
  const facts = [
    `Stability: ${factory.stability}.`,
    ...(signals.length === 0 ? [] : [`Signals: ${signals.join(', ')}.`]),
    ...(factory.aliases === undefined || factory.aliases.length === 0
      ? []
      : [`Also known as ${factory.aliases.map(code).join(', ')}.`]),
  ]
  const table =
    rows.length === 0
      ? 'No settings.'
      : markdownTable(
          ['Setting', 'Type', 'Default', 'What it does'],
          rows.map((row) => [
            code(row.path),
            row.type,
            row.required ? 'required' : defaultText(row.fallback),
            row.description,
          ]),
        )
  return `## ${factory.type}\n\n${factory.description} ${facts.join(' ')}\n\n${table}`
}

/** Defaults of objects are those of their fields, which have rows of their own. */
function defaultText(value: unknown): string {
  if (value === undefined || (typeof value === 'object' && value !== null && !Array.isArray(value))) return ''
  return code(typeof value === 'string' ? value : JSON.stringify(value))
}
