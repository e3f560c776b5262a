import { ClewError } from '@clew/base/errors'
import type { OutputOf } from '@clew/contract/endpoint'
import { formatGoDuration } from '@clew/base/go-duration'
import { getSpan, getTrace, type TimeNote } from '@clew/contract/traces'
import { addClientOptions, ApiClient } from '../client/api.ts'
import type { ClientOptions } from '../client/api.ts'
import type { CommandDefinition } from '../command.ts'
import { reportIncomplete } from '../output/incomplete.ts'
import { oneLine } from '../output/plain-text.ts'
import { formatNanos, formatWallTime } from '../output/quantity.ts'
import { spanText } from '../output/span-text.ts'
import { styleFor } from '../output/style.ts'
import type { Style } from '../output/style.ts'
import type { Terminal } from '../output/terminal.ts'
import { waterfallLines } from '../output/waterfall.ts'

type TraceAnswer = OutputOf<typeof getTrace>

interface Options extends ClientOptions {
  readonly span?: string
  readonly maxSpans: string
}

const WINDOW_SPANS = 10_000

/** `clew trace ID`: one trace as a waterfall, or one span of it with everything it carries. */
export const traceCommand: CommandDefinition = {
  name: 'trace',
  build(command, context) {
    addClientOptions(command)
      .summary('show one trace as a waterfall')
      .argument('<id>', 'trace id; leading zeros may be left out')
      .option('--span <id>', 'show this span with its attributes, events and links')
      .option('--max-spans <count>', 'most spans to show', '2000')
      .action(async (traceId: string, options: Options) => {
        checkId(traceId, 32, 'trace')
        const { terminal } = context
        const client = new ApiClient(options, context)
        const style = styleFor(terminal.color)
        if (options.span !== undefined) {
          checkId(options.span, 16, 'span')
          const answer = await client.call(getSpan, { traceId, spanId: options.span })
          terminal.out(options.json === true ? JSON.stringify(answer, null, 2) : spanText(answer.span, style))
          return
        }
        const maxSpans = count(options.maxSpans)
        const first = await client.call(getTrace, { traceId, limit: Math.min(WINDOW_SPANS, maxSpans) })
        if (options.json === true) return terminal.out(JSON.stringify(first, null, 2))
        printHeader(first, terminal, style)
        let shown = 0
        for (let window = first; ;) {
          for (const line of waterfallLines(window, terminal.width, style)) terminal.out(line.trimEnd())
          shown += window.spans.spanId.length
          if (window.spans.spanId.length === 0 || shown >= Math.min(first.spanCount, maxSpans)) break
          window = await client.call(getTrace, {
            traceId,
            offset: shown,
            limit: Math.min(WINDOW_SPANS, maxSpans - shown),
          })
        }
        if (shown < first.spanCount)
          terminal.err(`note: ${first.spanCount - shown} more spans; show them with --max-spans`)
        reportIncomplete(first.meta, terminal)
      })
  },
}

function printHeader(trace: TraceAnswer, terminal: Terminal, style: Style): void {
  const root = trace.rootName === null ? 'root has not arrived' : `${trace.rootService ?? '?'}: ${trace.rootName}`
  const counts = [
    `${trace.spanCount} spans`,
    `${trace.services.length} services`,
    ...(trace.errorCount > 0 ? [style.red(`${trace.errorCount} errors`)] : []),
    ...(trace.logCount > 0 ? [`${trace.logCount} log records`] : []),
    ...(trace.orphanCount > 0 ? [`${trace.orphanCount} spans without their parent`] : []),
  ]
  terminal.out(style.bold(oneLine(root)))
  terminal.out(
    `${style.cyan(trace.traceId)}  ${formatWallTime(trace.startNanos)}  ${formatNanos(trace.durationNanos)}  ${counts.join(', ')}`,
  )
  if (trace.timeNote !== null) terminal.out(style.yellow(timeNoteText(trace.timeNote)))
  if (trace.clockSkewCount > 0) {
    terminal.out(
      style.yellow(
        `note: ${trace.clockSkewCount} spans do not fit their parents in time: the clocks of their machines differ`,
      ),
    )
  }
  terminal.out('')
}

function timeNoteText({ kind, byNanos }: TimeNote): string {
  const by = formatGoDuration(Number(BigInt(byNanos) / 1_000_000_000n) * 1000)
  return kind === 'ahead'
    ? `note: its times lie ${by} after the time it was received: the clock of its sender is ahead`
    : `note: it was received ${by} after it was over: held back, or the clock of its sender is behind`
}

function checkId(text: string, digits: number, what: string): void {
  if (text.length > 0 && text.length <= digits && /^[0-9a-f]+$/i.test(text)) return
  throw new ClewError('USAGE', `'${text}' is not a ${what} id: expected 1 to ${digits} hex digits`)
}

function count(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text)
  throw new ClewError('USAGE', `'${text}' is not a count of spans`)
}
