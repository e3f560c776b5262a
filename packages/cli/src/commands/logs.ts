import { searchLogs } from '@clew/contract/logs'
import { Option } from 'commander'
import { addClientOptions, ApiClient } from '../client/api.ts'
import type { ClientOptions } from '../client/api.ts'
import { queryText } from '../client/query-text.ts'
import { addRangeOptions, apiRange } from '../client/time-range.ts'
import type { RangeOptions } from '../client/time-range.ts'
import type { CommandDefinition } from '../command.ts'
import { reportIncomplete } from '../output/incomplete.ts'
import { logLine } from '../output/log-line.ts'
import { formatCount } from '../output/quantity.ts'
import { styleFor } from '../output/style.ts'

interface Options extends ClientOptions, RangeOptions {
  readonly service?: string
  readonly severity?: string
  readonly trace?: string
  readonly sort: 'newest' | 'oldest'
  readonly limit: string
  readonly cursor?: string
}

/** `clew logs`: finds log records. */
export const logsCommand: CommandDefinition = {
  name: 'logs',
  build(command, context) {
    addRangeOptions(addClientOptions(command))
      .summary('find log records')
      .description(
        'Finds log records. The newest come last, as in a file. The search language is described in docs/search.md.',
      )
      .argument('[query...]', 'words or conditions, for example: timeout severity>=warn service=orders')
      .option('--service <name>', 'only records of this service')
      .option('--severity <level>', 'this severity or a worse one: debug, info, warn, error')
      .option('--trace <id>', 'only records of this trace')
      .addOption(
        new Option('--sort <order>', 'which records to take when there are more than the limit')
          .choices(['newest', 'oldest'])
          .default('newest'),
      )
      .option('--limit <count>', 'most records to show', '100')
      .option('--cursor <cursor>', 'go on where an earlier answer ended')
      .action(async (words: string[], options: Options) => {
        const { terminal } = context
        const answer = await new ApiClient(options, context).call(searchLogs, {
          ...apiRange(options),
          q: queryText(words, { 'service=': options.service, 'severity>=': options.severity }),
          sort: options.sort,
          limit: options.limit,
          ...(options.trace === undefined ? {} : { traceId: options.trace }),
          ...(options.cursor === undefined ? {} : { cursor: options.cursor }),
        })
        if (options.json === true) return terminal.out(JSON.stringify(answer, null, 2))
        reportIncomplete(answer.meta, terminal)
        if (answer.logs.length === 0) return terminal.err('no log records found; widen the range with --since')
        const style = styleFor(terminal.color)
        const ordered = options.sort === 'newest' ? answer.logs.toReversed() : answer.logs
        for (const record of ordered) terminal.out(logLine(record, style))
        const total = `${answer.total.exact ? '' : 'about '}${formatCount(answer.total.value)}`
        terminal.err(style.dim(`${answer.logs.length} of ${total} records`))
        if (answer.nextCursor !== null) terminal.err(style.dim(`more: --cursor ${answer.nextCursor}`))
      })
  },
}
