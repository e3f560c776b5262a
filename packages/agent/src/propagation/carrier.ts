import type { TextMapGetter } from '@opentelemetry/api'

/**
 * One header of a carrier, asked for as written and in lower case: HTTP has it in lower case, message headers as the
 * sender spelled it. Undefined when it is missing, empty, not text, or there more than once with different values.
 */
export function readHeader<C>(carrier: C, getter: TextMapGetter<C>, name: string): string | undefined {
  const found = readRaw(carrier, getter, name)
  if (typeof found === 'string') return trimBlanks(found) || undefined
  if (!Array.isArray(found) || found.length === 0) return undefined
  const [first] = found as unknown[]
  if (typeof first !== 'string' || found.some((value) => value !== first)) return undefined
  return trimBlanks(first) || undefined
}

/** A header whose value is a list: several headers of the name count as one with commas (RFC 9110, section 5.3). */
export function readListHeader<C>(carrier: C, getter: TextMapGetter<C>, name: string): string | undefined {
  const found = readRaw(carrier, getter, name)
  const text = Array.isArray(found) ? found.filter((value) => typeof value === 'string').join(',') : found
  return typeof text === 'string' && text !== '' ? text : undefined
}

/** The headers whose names begin with a prefix (given in lower case): rest of the name and value, in order. */
export function readPrefixedHeaders<C>(carrier: C, getter: TextMapGetter<C>, prefix: string): [string, string][] {
  const found: [string, string][] = []
  for (const name of getter.keys(carrier)) {
    if (name.length <= prefix.length || !name.toLowerCase().startsWith(prefix)) continue
    const value = readHeader(carrier, getter, name)
    if (value !== undefined) found.push([name.slice(prefix.length), value])
  }
  return found
}

/** Without spaces and tabs at both ends, which is all the white space HTTP knows. */
export function trimBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text.charCodeAt(start))) start++
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--
  return start === 0 && end === text.length ? text : text.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}

function readRaw<C>(carrier: C, getter: TextMapGetter<C>, name: string): unknown {
  const found: unknown = getter.get(carrier, name)
  if (found !== undefined && found !== null) return found
  const lower = name.toLowerCase()
  return lower === name ? undefined : getter.get(carrier, lower)
}
