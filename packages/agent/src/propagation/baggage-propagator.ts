import {
  type BaggageEntry,
  baggageEntryMetadataFromString,
  type Context,
  diag,
  propagation,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
} from '@opentelemetry/api'
import { isTracingSuppressed } from '@opentelemetry/core'
import { percentDecode, percentEncode } from './baggage-text.ts'
import { readListHeader, trimBlanks } from './carrier.ts'

const BAGGAGE = 'baggage'
const MAX_MEMBERS = 180
const MAX_CHARS = 8192

/**
 * W3C Baggage. At most 180 entries and 8,192 characters go in or out (the specification asks for 64 and 8,192), the first
 * ones stay; malformed entries are left out alone.
 */
export class BaggagePropagator implements TextMapPropagator {
  inject<C>(context: Context, carrier: C, setter: TextMapSetter<C>): void {
    const entries = propagation.getBaggage(context)?.getAllEntries()
    if (entries === undefined || isTracingSuppressed(context)) return
    let header = ''
    let members = 0
    for (const [key, entry] of entries) {
      const member = encodeMember(key, entry)
      const next = header === '' ? member : `${header},${member}`
      if (key === '' || next.length > MAX_CHARS || members >= MAX_MEMBERS) {
        diag.warn(`baggage entry ${JSON.stringify(key.slice(0, 80))} does not fit into the header: not sent`)
        continue
      }
      header = next
      members++
    }
    if (header !== '') setter.set(carrier, BAGGAGE, header)
  }

  extract<C>(context: Context, carrier: C, getter: TextMapGetter<C>): Context {
    const header = readListHeader(carrier, getter, BAGGAGE)
    if (header === undefined) return context
    const entries: Record<string, BaggageEntry> = Object.create(null) as Record<string, BaggageEntry>
    let members = 0
    let chars = 0
    for (const part of header.split(',')) {
      const member = decodeMember(part)
      if (member === undefined) continue
      chars += part.length + (members === 0 ? 0 : 1)
      if (chars > MAX_CHARS || ++members > MAX_MEMBERS) break
      entries[member.key] = member.entry
    }
    return members === 0 ? context : propagation.setBaggage(context, propagation.createBaggage(entries))
  }

  fields(): string[] {
    return [BAGGAGE]
  }
}

function encodeMember(key: string, { value, metadata }: BaggageEntry): string {
  const properties = metadata?.toString() ?? ''
  // Properties are passed on as they came; what cannot stand in a header would break the request.
  const sendable = properties !== '' && /^[\t\x20-\x2b\x2d-\x7e]*$/.test(properties)
  return `${percentEncode(key)}=${percentEncode(value)}${sendable ? `;${properties}` : ''}`
}

function decodeMember(part: string): { key: string; entry: BaggageEntry } | undefined {
  const semicolon = part.indexOf(';')
  const pair = semicolon === -1 ? part : part.slice(0, semicolon)
  const equals = pair.indexOf('=')
  if (equals === -1) return undefined
  const key = trimBlanks(pair.slice(0, equals))
  const value = trimBlanks(pair.slice(equals + 1))
  // Parentheses are no token characters, but other SDKs write them.
  if (!/^[!#$%&'()*+\-.^_`|~0-9A-Za-z]+$/.test(key) || !/^[\x20-\x7e]*$/.test(value)) return undefined
  const properties = semicolon === -1 ? '' : trimBlanks(part.slice(semicolon + 1))
  const metadata = properties === '' ? {} : { metadata: baggageEntryMetadataFromString(properties) }
  return { key: percentDecode(key), entry: { value: percentDecode(value), ...metadata } }
}
