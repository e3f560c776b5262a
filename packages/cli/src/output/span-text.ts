import type { Attribute } from '@clew/contract/common'
import type { SpanDetail } from '@clew/contract/traces'
import { anyValueText } from './any-value-text.ts'
import { oneLine } from './plain-text.ts'
import { formatNanos, formatWallTime } from './quantity.ts'
import type { Style } from './style.ts'

/** One span with everything it carries, as text for people. */
export function spanText(span: SpanDetail, style: Style): string {
  const status = span.status === 'error' ? style.red('error') : span.status
  const lines = [
    style.bold(oneLine(`${span.service}: ${span.name}`)),
    `${style.dim('trace')}    ${span.traceId}`,
    `${style.dim('span')}     ${span.spanId}${span.parentSpanId === '' ? '' : ` (parent ${span.parentSpanId})`}`,
    `${style.dim('started')}  ${formatWallTime(span.startNanos)}, took ${formatNanos(span.durationNanos)}`,
    `${style.dim('kind')}     ${span.kind}, status ${status}${span.statusMessage === '' ? '' : `: ${oneLine(span.statusMessage)}`}`,
    `${style.dim('scope')}    ${oneLine(`${span.scope.name} ${span.scope.version}`.trim())}`,
    ...section('attributes', span.attributes, style),
    ...section('resource', span.resource, style),
  ]
  for (const event of span.events) {
    const offset = Number(BigInt(event.timeNanos) - BigInt(span.startNanos))
    lines.push(
      '',
      `${style.dim('event')} ${oneLine(event.name)} at +${formatNanos(offset)}`,
      ...attributeLines(event.attributes, style),
    )
  }
  for (const link of span.links) {
    lines.push(
      '',
      `${style.dim('link')} to trace ${link.traceId} span ${link.spanId}`,
      ...attributeLines(link.attributes, style),
    )
  }
  return lines.join('\n')
}

function section(title: string, attributes: readonly Attribute[], style: Style): string[] {
  return attributes.length === 0 ? [] : ['', style.dim(title), ...attributeLines(attributes, style)]
}

function attributeLines(attributes: readonly Attribute[], style: Style): string[] {
  const width = Math.min(40, Math.max(0, ...attributes.map(({ key }) => key.length)))
  return attributes.map(({ key, value }) => `  ${style.cyan(oneLine(key).padEnd(width))}  ${anyValueText(value)}`)
}
