import type { SpanColumns } from '@clew/contract/traces'
import { displayWidth, oneLine, truncate } from './plain-text.ts'
import { formatNanos } from './quantity.ts'
import type { Style } from './style.ts'

/** What a waterfall is drawn from: windows of a trace in tree order with their dictionaries. */
export interface WaterfallInput {
  readonly durationNanos: number
  readonly services: readonly string[]
  readonly names: readonly string[]
  readonly spans: SpanColumns
}

const DEEPEST_INDENT = 10
const BLOCKS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const

/** One line a span: service, name by depth, duration, and its bar on the trace's time axis. */
export function* waterfallLines(input: WaterfallInput, width: number, style: Style): Generator<string> {
  const { spans } = input
  const labelWidth = Math.max(30, Math.min(64, Math.floor(width * 0.5)))
  const barWidth = Math.max(10, Math.min(80, width - labelWidth - 14))
  for (const [row, spanId] of spans.spanId.entries()) {
    const failed = spans.status[row] === 'error'
    const label = spanLabel(input, row)
    const text = truncate(label, labelWidth)
    const padded = text + ' '.repeat(labelWidth - displayWidth(text))
    const duration = formatNanos(spans.durationNanos[row] ?? 0).padStart(9)
    const bar = spanBar(spans.startOffsetNanos[row] ?? 0, spans.durationNanos[row] ?? 0, input.durationNanos, barWidth)
    const orphan = spans.parent[row] === -2 ? style.yellow(` parent ${spans.parentSpanId[row] ?? ''} is missing`) : ''
    const paint = failed ? style.red : style.blue
    yield `${failed ? style.red(padded) : padded} ${duration}  ${paint(bar)}${orphan} ${style.dim(spanId)}`
  }
}

function spanLabel({ spans, services, names }: WaterfallInput, row: number): string {
  const depth = spans.depth[row] ?? 0
  const indent = depth <= DEEPEST_INDENT ? '  '.repeat(depth) : `${'  '.repeat(DEEPEST_INDENT)}(${depth}) `
  const service = oneLine(services[spans.service[row] ?? -1] ?? '?')
  const name = oneLine(names[spans.name[row] ?? -1] ?? '?')
  const mark = spans.status[row] === 'error' ? '✗ ' : ''
  return `${indent}${mark}${service}: ${name}`
}

/** A bar in eighths of a column, padded to `width`. Never empty: the shortest span is a thin line. */
function spanBar(startNanos: number, durationNanos: number, totalNanos: number, width: number): string {
  const scale = totalNanos > 0 ? width / totalNanos : 0
  const start = Math.min(width - 1, Math.max(0, Math.floor(startNanos * scale)))
  const eighths = Math.max(1, Math.min((width - start) * 8, Math.round(durationNanos * scale * 8)))
  const bar = ' '.repeat(start) + '█'.repeat(Math.floor(eighths / 8)) + (BLOCKS[eighths % 8] ?? '')
  return bar.padEnd(width)
}
