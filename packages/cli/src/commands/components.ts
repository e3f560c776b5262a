import type { Factory } from '@clew/collector/core/factory'
import type { CommandDefinition } from '../command.ts'
import { styleFor } from '../output/style.ts'
import { formatTable } from '../output/table.ts'

/** `clew components`: what a pipeline configuration may contain. */
export const componentsCommand: CommandDefinition = {
  name: 'components',
  build(command, { terminal }) {
    command
      .summary('list the components a pipeline may contain')
      .option('--json', 'print as JSON')
      .action(async (options: { json?: boolean }) => {
        const { componentRegistry } = await import('../wire/registry.ts')
        const rows = componentRegistry().all.map((factory) => ({
          kind: factory.kind,
          type: factory.type,
          aliases: factory.aliases ?? [],
          stability: factory.stability,
          signals: factorySignals(factory),
          description: factory.description,
        }))
        if (options.json === true) return terminal.out(JSON.stringify(rows, null, 2))
        const style = styleFor(terminal.color)
        terminal.out(
          formatTable(
            [
              { title: 'KIND' },
              { title: 'TYPE' },
              { title: 'SIGNALS' },
              { title: 'STABILITY' },
              { title: 'WHAT IT DOES', flexible: true },
            ],
            rows.map((row) => [
              row.kind,
              { text: [row.type, ...row.aliases].join(', '), paint: style.cyan },
              row.signals.join(', '),
              row.stability,
              row.description,
            ]),
            terminal.width,
            style,
          ),
        )
      })
  },
}

/** The signals of a component; conversions as `traces → metrics`; none for extensions. */
export function factorySignals(factory: Factory): string[] {
  if (factory.kind === 'extension') return []
  if (factory.kind === 'connector') return factory.conversions.map(({ from, to }) => `${from} → ${to}`)
  return [...factory.signals]
}
