import {
  type Baggage,
  type Context,
  diag,
  propagation,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from '@opentelemetry/api'

/**
 * Several formats as one: all are written; of those that are found in a carrier the first decides on the parent, and on
 * each entry of baggage. A format that throws counts as not found.
 */
export class FirstWinsPropagator implements TextMapPropagator {
  readonly #formats: readonly TextMapPropagator[]

  constructor(formats: readonly TextMapPropagator[]) {
    this.#formats = formats
  }

  inject<C>(context: Context, carrier: C, setter: TextMapSetter<C>): void {
    for (const format of this.#formats) {
      try {
        format.inject(context, carrier, setter)
      } catch (error) {
        diag.warn(`cannot write the headers ${format.fields().join(', ')}: ${String(error)}`)
      }
    }
  }

  extract<C>(context: Context, carrier: C, getter: TextMapGetter<C>): Context {
    let current = context
    let found = trace.getSpan(context)
    let hasParent = false
    for (const format of this.#formats) {
      const next = extractSafely(format, current, carrier, getter)
      if (next === current) continue
      const baggage = mergedBaggage(context, current, next)
      current = baggage === undefined ? next : propagation.setBaggage(next, baggage)
      const span = trace.getSpan(next)
      if (span === found) continue
      if (hasParent) current = found === undefined ? trace.deleteSpan(current) : trace.setSpan(current, found)
      else {
        found = span
        hasParent = true
      }
    }
    return current
  }

  fields(): string[] {
    return [...new Set(this.#formats.flatMap((format) => format.fields()))]
  }
}

function extractSafely<C>(format: TextMapPropagator, context: Context, carrier: C, getter: TextMapGetter<C>): Context {
  try {
    return format.extract(context, carrier, getter)
  } catch (error) {
    diag.warn(`cannot read the headers ${format.fields().join(', ')}: ${String(error)}`)
    return context
  }
}

/** The entries of `next` with those that an earlier format found (not those of the program itself) put back on top. */
function mergedBaggage(start: Context, current: Context, next: Context): Baggage | undefined {
  const earlier = propagation.getBaggage(current)
  let merged = propagation.getBaggage(next)
  if (merged === earlier || merged === undefined) return undefined
  if (earlier === undefined || earlier === propagation.getBaggage(start)) return undefined
  for (const [key, entry] of earlier.getAllEntries()) merged = merged.setEntry(key, entry)
  return merged
}
