import { tailLogs } from '@clew/contract/logs'
import { tapPipeline } from '@clew/contract/pipeline'
import { Option } from 'commander'
import { addClientOptions, ApiClient } from '../client/api.ts'
import type { ClientOptions } from '../client/api.ts'
import { streamEndpoint } from '../client/event-stream.ts'
import { queryText } from '../client/query-text.ts'
import type { CommandContext, CommandDefinition } from '../command.ts'
import { logLine } from '../output/log-line.ts'
import { oneLine } from '../output/plain-text.ts'
import { formatNanos, formatWallTime } from '../output/quantity.ts'
import { styleFor } from '../output/style.ts'

interface Options extends ClientOptions {
  readonly signal: 'logs' | 'traces' | 'metrics'
  readonly service?: string
  readonly severity?: string
  readonly maxPerSecond: string
}

/** `clew tail`: telemetry as it arrives. */
export const tailCommand: CommandDefinition = {
  name: 'tail',
  build(command, context) {
    addClientOptions(command)
      .summary('follow telemetry as it arrives')
      .description('Follows log records (or spans, or metric points) as they arrive, until Ctrl-C.')
      .argument('[query...]', 'for logs: words or conditions, for example: severity>=warn')
      .addOption(
        new Option('--signal <signal>', 'what to follow').choices(['logs', 'traces', 'metrics']).default('logs'),
      )
      .option('--service <name>', 'only this service')
      .option('--severity <level>', 'this severity or a worse one')
      .option('--max-per-second <count>', 'most lines a second; the rest is counted', '100')
      .action(async (words: string[], options: Options) => {
        const stop = new AbortController()
        void context.stopSignal().then(() => stop.abort())
        await (options.signal === 'logs'
          ? followLogs(words, options, context, stop.signal)
          : followTap(options, context, stop.signal))
      })
  },
}

async function followLogs(
  words: readonly string[],
  options: Options,
  context: CommandContext,
  abort: AbortSignal,
): Promise<void> {
  const { terminal } = context
  const style = styleFor(terminal.color)
  const input = {
    q: queryText(words, { 'service=': options.service, 'severity>=': options.severity }),
    maxPerSecond: options.maxPerSecond,
  }
  for await (const event of streamEndpoint(tailLogs, input, new ApiClient(options, context), abort)) {
    for (const record of event.logs)
      terminal.out(options.json === true ? JSON.stringify(record) : logLine(record, style))
    if (event.skipped > 0) terminal.err(style.dim(`… ${event.skipped} more`))
  }
}

async function followTap(options: Options, context: CommandContext, abort: AbortSignal): Promise<void> {
  const { terminal } = context
  const style = styleFor(terminal.color)
  const input = { signal: options.signal, maxPerSecond: options.maxPerSecond }
  for await (const event of streamEndpoint(tapPipeline, input, new ApiClient(options, context), abort)) {
    for (const item of event.items) {
      if (options.service !== undefined && item.service !== options.service) continue
      if (options.json === true) {
        terminal.out(JSON.stringify(item))
        continue
      }
      const duration = item.durationNanos === null ? '' : ` ${formatNanos(item.durationNanos)}`
      const trace = item.traceId === '' ? '' : ` ${style.dim(`trace=${item.traceId}`)}`
      const title = item.error ? style.red(oneLine(item.title)) : oneLine(item.title)
      terminal.out(
        `${style.dim(formatWallTime(item.timeNanos))} ${style.cyan(oneLine(item.service))} ${title}${duration}${trace}`,
      )
    }
    if (event.skipped > 0) terminal.err(style.dim(`… ${event.skipped} more`))
  }
}
