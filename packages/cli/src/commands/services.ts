import { listServices } from '@clew/contract/services'
import { addClientOptions, ApiClient } from '../client/api.ts'
import type { ClientOptions } from '../client/api.ts'
import { addRangeOptions, apiRange } from '../client/time-range.ts'
import type { RangeOptions } from '../client/time-range.ts'
import type { CommandDefinition } from '../command.ts'
import { reportIncomplete } from '../output/incomplete.ts'
import { oneLine } from '../output/plain-text.ts'
import { formatCount, formatNanos, formatRatio, formatWallTime } from '../output/quantity.ts'
import { styleFor } from '../output/style.ts'
import { formatTable } from '../output/table.ts'

interface Options extends ClientOptions, RangeOptions {
  readonly limit: string
}

/** `clew services`: services with rate, errors and durations. */
export const servicesCommand: CommandDefinition = {
  name: 'services',
  build(command, context) {
    addRangeOptions(addClientOptions(command))
      .summary('list services with rate, errors and durations')
      .option('--limit <count>', 'most services to list', '500')
      .action(async (options: Options) => {
        const { terminal } = context
        const answer = await new ApiClient(options, context).call(listServices, {
          ...apiRange(options),
          steps: 1,
          limit: options.limit,
        })
        if (options.json === true) return terminal.out(JSON.stringify(answer, null, 2))
        reportIncomplete(answer.meta, terminal)
        if (answer.services.length === 0) return terminal.err('no services found; widen the range with --since')
        const style = styleFor(terminal.color)
        terminal.out(
          formatTable(
            [
              { title: 'SERVICE', flexible: true },
              { title: 'CALLS/S', align: 'right' },
              { title: 'ERRORS', align: 'right' },
              { title: 'P50', align: 'right' },
              { title: 'P95', align: 'right' },
              { title: 'P99', align: 'right' },
              { title: 'SPANS', align: 'right' },
              { title: 'LAST SEEN' },
            ],
            answer.services.map(({ name, red, spanCount, lastSeenNanos }) => [
              oneLine(name),
              formatCount(red.callsPerSecond),
              { text: formatRatio(red.errorRatio), paint: red.errors > 0 ? style.red : style.dim },
              formatNanos(red.p50Nanos),
              formatNanos(red.p95Nanos),
              formatNanos(red.p99Nanos),
              formatCount(spanCount),
              formatWallTime(lastSeenNanos),
            ]),
            terminal.width,
            style,
          ),
        )
      })
  },
}
