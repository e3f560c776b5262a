import { type Baggage, type Context, propagation } from '@opentelemetry/api'

/** The context with these entries added to its baggage; an entry that is there already gives way. */
export function withBaggageEntries(context: Context, entries: Iterable<readonly [string, string]>): Context {
  let baggage: Baggage | undefined
  for (const [key, value] of entries) {
    baggage = (baggage ?? propagation.getBaggage(context) ?? propagation.createBaggage()).setEntry(key, { value })
  }
  return baggage === undefined ? context : propagation.setBaggage(context, baggage)
}

/** Percent-encoding that leaves only what may stand in a header name or a baggage value; never throws. */
export function percentEncode(text: string): string {
  if (/^[\w.~!*-]*$/.test(text)) return text
  return encodeURIComponent(wellFormed(text)).replaceAll(
    /['()]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** Undoes percent-encoding. Octets that are not UTF-8 become U+FFFD, a `%` that encodes nothing stays. */
export function percentDecode(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text.replaceAll(/(?:%[0-9a-fA-F]{2})+/g, (octets) =>
      Buffer.from(octets.replaceAll('%', ''), 'hex').toString('utf8'),
    )
  }
}

/** Whether the text may be the value of a header as it is: visible ASCII, spaces and tabs. */
export function isHeaderText(text: string): boolean {
  return /^[\t\x20-\x7e]*$/.test(text)
}

function wellFormed(text: string): string {
  // Half of a surrogate pair has no UTF-8 form.
  return text.replaceAll(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, '\uFFFD')
}
