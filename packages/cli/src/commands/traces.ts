import { searchTraces, TRACE_SORTS } from '@clew/contract/traces'
import type { TraceSummary } from '@clew/contract/traces'
import { Option } from 'commander'
import { addClientOptions, ApiClient } from '../client/api.ts'
import type { ClientOptions } from '../client/api.ts'
import { queryText } from '../client/query-text.ts'
import { addRangeOptions, apiRange } from '../client/time-range.ts'
import type { RangeOptions } from '../client/time-range.ts'
import type { CommandDefinition } from '../command.ts'
import { reportIncomplete } from '../output/incomplete.ts'
import { oneLine } from '../output/plain-text.ts'
import { formatCount, formatNanos, formatWallTime } from '../output/quantity.ts'
import { styleFor } from '../output/style.ts'
import type { Style } from '../output/style.ts'
import { formatTable } from '../output/table.ts'
import type { Cell } from '../output/table.ts'

interface Options extends ClientOptions, RangeOptions {
  readonly service?: string
  readonly name?: string
  readonly minDuration?: string
  readonly errors?: boolean
  readonly sort: (typeof TRACE_SORTS)[number]
  readonly limit: string
  readonly cursor?: string
}

/** `clew traces`: finds traces. */
export const tracesCommand: CommandDefinition = {
  name: 'traces',
  build(command, context) {
    addRangeOptions(addClientOptions(command))
      .summary('find traces')
      .description(
        'Finds traces that have a span for which all conditions hold.\nThe search language is described in docs/search.md.',
      )
      .argument('[query...]', 'conditions, for example: service=orders duration>500ms status=error')
      .option('--service <name>', 'only spans of this service')
      .option('--name <operation>', 'only spans of this name')
      .option('--min-duration <duration>', 'only spans that took longer, for example 500ms')
      .option('--errors', 'only failed spans')
      .addOption(new Option('--sort <order>', 'order of the result').choices(TRACE_SORTS).default('newest'))
      .option('--limit <count>', 'most traces to list', '20')
      .option('--cursor <cursor>', 'go on where an earlier answer ended')
      .action(async (words: string[], options: Options) => {
        const { terminal } = context
        const answer = await new ApiClient(options, context).call(searchTraces, {
          ...apiRange(options),
          q: queryText(words, {
            'service=': options.service,
            'name=': options.name,
            'duration>=': options.minDuration,
            'status=': options.errors === true ? 'error' : undefined,
          }),
          sort: options.sort,
          limit: options.limit,
          ...(options.cursor === undefined ? {} : { cursor: options.cursor }),
        })
        if (options.json === true) return terminal.out(JSON.stringify(answer, null, 2))
        reportIncomplete(answer.meta, terminal)
        if (answer.traces.length === 0) {
          terminal.err(
            'no traces found; widen the range with --since, or send some: clew doctor tells whether they arrive',
          )
          return
        }
        const style = styleFor(terminal.color)
        terminal.out(
          formatTable(
            [
              { title: 'START' },
              { title: 'TRACE' },
              { title: 'SERVICE', flexible: true },
              { title: 'OPERATION', flexible: true },
              { title: 'DURATION', align: 'right' },
              { title: 'SPANS', align: 'right' },
              { title: 'ERRORS', align: 'right' },
            ],
            answer.traces.map((trace) => row(trace, style)),
            terminal.width,
            style,
          ),
        )
        const total = `${answer.total.exact ? '' : 'about '}${formatCount(answer.total.value)}`
        terminal.err(style.dim(`${answer.traces.length} of ${total} traces`))
        if (answer.nextCursor !== null) terminal.err(style.dim(`more: --cursor ${answer.nextCursor}`))
      })
  },
}

function row(trace: TraceSummary, style: Style): Cell[] {
  const failed = trace.errorCount > 0
  return [
    formatWallTime(trace.startNanos),
    { text: trace.traceId, paint: style.cyan },
    oneLine(trace.rootService ?? trace.services[0]?.name ?? '?'),
    oneLine(trace.rootName ?? '(root has not arrived)'),
    formatNanos(trace.durationNanos),
    String(trace.spanCount),
    { text: failed ? String(trace.errorCount) : '', paint: style.red },
  ]
}
