import { type Context, propagation } from '@opentelemetry/api'
import type { LogRecordProcessor } from '@opentelemetry/sdk-logs'
import type { SpanProcessor } from '@opentelemetry/sdk-trace'

/** What can take an attribute; what it has already under that key stays. */
export interface AttributeTarget {
  readonly attributes?: Readonly<Record<string, unknown>>
  setAttribute(key: string, value: string): unknown
}

/** Copies the chosen entries of a context's baggage to a span or a log record. */
export type CopyBaggage = (context: Context, target: AttributeTarget) => void

/**
 * The copier for CLEW_BAGGAGE_ATTRIBUTES: keys with commas between, `user.*` for all that begin so, `*` for all. Undefined
 * when none is chosen.
 */
export function baggageCopier(env: Readonly<Record<string, string | undefined>>): CopyBaggage | undefined {
  const chosen = (env['CLEW_BAGGAGE_ATTRIBUTES'] ?? '').split(',').map((key) => key.trim())
  const keys = new Set(chosen.filter((key) => key !== '' && !key.endsWith('*')))
  const prefixes = chosen.filter((key) => key.endsWith('*')).map((key) => key.slice(0, -1))
  if (keys.size === 0 && prefixes.length === 0) return undefined
  return (context, target) => {
    const baggage = propagation.getBaggage(context)
    if (baggage === undefined) return
    const { attributes } = target
    for (const [key, { value }] of baggage.getAllEntries()) {
      const wanted = keys.has(key) || prefixes.some((prefix) => key.startsWith(prefix))
      if (wanted && attributes?.[key] === undefined) target.setAttribute(key, value)
    }
  }
}

/** Puts the chosen baggage on every span that is started under it. */
export function baggageSpanProcessor(copy: CopyBaggage): SpanProcessor {
  return {
    onStart: (span, context) => copy(context, span),
    onEnd: () => undefined,
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  }
}

/** Puts the chosen baggage on every log record that is written under it; goes before the processor that sends. */
export function baggageLogProcessor(copy: CopyBaggage): LogRecordProcessor {
  return {
    onEmit: (record, context) => {
      if (context !== undefined) copy(context, record)
    },
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  }
}
