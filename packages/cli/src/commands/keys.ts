import { decideKey, KEY_SORTS, type KeyRow, type KeySort, listKeys } from '@clew/contract/keys'
import { ATTRIBUTE_LEVELS, type AttributeLevel } from '@clew/contract/common'
import { Option, type Command } from 'commander'
import { addClientOptions, ApiClient } from '../client/api.ts'
import type { ClientOptions } from '../client/api.ts'
import type { CommandContext, CommandDefinition } from '../command.ts'
import { reportIncomplete } from '../output/incomplete.ts'
import { oneLine } from '../output/plain-text.ts'
import { formatBytes, formatCount, formatWallTime } from '../output/quantity.ts'
import { type Style, styleFor } from '../output/style.ts'
import { type Cell, formatTable } from '../output/table.ts'

interface ListOptions extends ClientOptions {
  readonly signal?: 'traces' | 'logs' | 'metrics'
  readonly level?: AttributeLevel
  readonly sort: KeySort
  readonly reverse?: boolean
  readonly limit: string
}

interface DecideOptions extends ClientOptions {
  readonly level: 'span' | 'event' | 'link' | 'log'
}

/** `clew keys`: what attribute keys cost, and which have columns. */
export const keysCommand: CommandDefinition = {
  name: 'keys',
  build(command, context) {
    command.summary('list attribute keys: cost, use, columns of their own')
    command.description(
      'Lists attribute keys with what they cost and how often searches ask for them, and gives keys columns of their own or takes them away. See docs/attributes.md.',
    )
    const list = command.command('list', { isDefault: true })
    addClientOptions(list)
      .summary('list keys (what `clew keys` does)')
      .argument('[text]', 'only keys that contain this')
      .addOption(new Option('--signal <signal>', 'only this signal').choices(['traces', 'logs', 'metrics']))
      .addOption(new Option('--level <level>', 'only this level').choices(ATTRIBUTE_LEVELS))
      .addOption(new Option('--sort <column>', 'what comes first').choices(KEY_SORTS).default('bytes'))
      .option('--reverse', 'the other way round')
      .option('--limit <count>', 'most keys to list', '50')
      .action(async (text: string | undefined, options: ListOptions) => await printKeys(text, options, context))
    addDecision(command, context, 'promote', 'give a key a column of its own, whatever the store thinks')
    addDecision(command, context, 'demote', 'take the column of a key away, and give it none')
    addDecision(command, context, 'auto', 'let the store decide about a key again')
  },
}

function addDecision(
  command: Command,
  context: CommandContext,
  action: 'promote' | 'demote' | 'auto',
  summary: string,
): void {
  addClientOptions(command.command(action))
    .summary(summary)
    .argument('<key>', 'the attribute key, for example order.id')
    .addOption(
      new Option('--level <level>', 'where the key occurs').choices(['span', 'event', 'link', 'log']).default('span'),
    )
    .action(async (key: string, options: DecideOptions) => {
      const { terminal } = context
      const answer = await new ApiClient(options, context).call(decideKey, { key, level: options.level, action })
      if (options.json === true) return terminal.out(JSON.stringify(answer, null, 2))
      terminal.out(`${answer.level} ${oneLine(answer.key)}: ${SAID[answer.state]}`)
    })
}

const SAID = {
  promoted: 'has a column',
  filling: 'gets a column; searches use it when every row has it',
  retiring: 'searches do not use its column any more; it will be dropped',
  map: 'has no column',
} as const

async function printKeys(text: string | undefined, options: ListOptions, context: CommandContext): Promise<void> {
  const { terminal } = context
  const order = (options.sort === 'key') === (options.reverse === true) ? 'desc' : 'asc'
  const answer = await new ApiClient(options, context).call(listKeys, {
    ...(options.signal === undefined ? {} : { signal: options.signal }),
    ...(options.level === undefined ? {} : { level: options.level }),
    find: text ?? '',
    sort: options.sort,
    order,
    limit: options.limit,
  })
  if (options.json === true) return terminal.out(JSON.stringify(answer, null, 2))
  reportIncomplete(answer.meta, terminal)
  if (answer.trouble !== null) terminal.err(`note: the store cannot look after keys at the moment: ${answer.trouble}`)
  if (answer.keys.length === 0) return terminal.err('no attribute keys found')
  const style = styleFor(terminal.color)
  terminal.out(
    formatTable(
      [
        { title: 'KEY', flexible: true },
        { title: 'LEVEL' },
        { title: 'TYPE', flexible: true },
        { title: 'BYTES', align: 'right' },
        { title: 'ON DISK', align: 'right' },
        { title: 'VALUES', align: 'right' },
        { title: 'USES', align: 'right' },
        { title: 'LAST USED' },
        { title: 'COLUMN' },
      ],
      answer.keys.map((row) => cells(row, style)),
      terminal.width,
      style,
    ),
  )
  terminal.err(
    style.dim(
      `${answer.keys.length} of ${answer.total} keys; ${answer.promoted} have columns by promotion (at most ${answer.maxPromoted} a table); ~ is an estimate, + means at least`,
    ),
  )
}

function cells(row: KeyRow, style: Style): Cell[] {
  return [
    oneLine(row.key),
    row.level,
    row.types.map(({ type }) => type).join(', '),
    formatBytes(row.bytes),
    row.compressed === null ? '–' : `${row.compressed.estimated ? '~' : ''}${formatBytes(row.compressed.bytes)}`,
    row.distinct === null ? '–' : `${formatCount(row.distinct.value)}${row.distinct.exact ? '' : '+'}`,
    formatCount(row.filters + row.groups),
    row.lastUsedNanos === null ? { text: 'never', paint: style.dim } : formatWallTime(row.lastUsedNanos).slice(0, 19),
    columnCell(row, style),
  ]
}

function columnCell(row: KeyRow, style: Style): Cell {
  const forced = row.forced === null ? '' : ' (set by hand)'
  switch (row.state) {
    case 'promoted':
      return { text: `promoted${forced}`, paint: style.green }
    case 'filling':
      return { text: `filling ${Math.floor((row.filled ?? 0) * 100)} %${forced}`, paint: style.yellow }
    case 'map':
      return { text: `–${forced}`, paint: style.dim }
    case 'built-in':
    case 'interned':
    case 'retiring':
      return { text: `${row.state}${forced}`, paint: style.dim }
  }
}
