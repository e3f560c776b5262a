import type { AttributeValue } from '@opentelemetry/api'
import type { AttributeBlock } from './attribute-block.ts'
import type { RecordingSpan } from './recording-span.ts'

/** Starts a span with keys and values in turn, all of them texts and numbers; takes the list as the span's own. */
export function startWithFlat(span: RecordingSpan, flat: unknown[]): void {
  const { attributeCount, attributeValueLength } = span.home.limits
  const fits = flat.length <= attributeCount * 2 && attributeValueLength === Number.POSITIVE_INFINITY
  if (fits && span.flat.length === 0) span.flat = flat
  else for (let i = 0; i < flat.length; i += 2) span.setAttribute(flat[i] as string, flat[i + 1] as AttributeValue)
}

/** Starts it with what it shares with others, and with what is its own. False: a limit is in the way. */
export function startWithBlock(span: RecordingSpan, block: AttributeBlock, flat: unknown[]): boolean {
  const { attributeCount, attributeValueLength } = span.home.limits
  const fits = block.flat.length + flat.length <= attributeCount * 2
  if (!fits || attributeValueLength !== Number.POSITIVE_INFINITY || span.flat.length > 0) return false
  span.block = block
  span.flat = flat
  return true
}
