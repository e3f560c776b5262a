import type { Batch } from '@clew/otlp/batch'
import { decode } from '@clew/otlp/decode'
import type { AnyValue, KeyValue } from '@clew/otlp/model'
import { asText } from '../../kit/attribute-value.ts'

const INDENT = '    '

/** Every field of the request, one on a line, nested by indentation. Attributes are written `-> key: Type(value)`. */
export function detailedText(batch: Batch): string {
  const lines: string[] = []
  write(lines, '', decode(batch.signal, batch), 0)
  return lines.join('\n')
}

function write(lines: string[], name: string, value: unknown, depth: number): void {
  const indent = INDENT.repeat(depth)
  if (Array.isArray(value)) {
    if (isAttributeList(name)) {
      lines.push(`${indent}${title(name)}:`)
      for (const one of value as KeyValue[]) lines.push(`${indent}     -> ${one.key ?? ''}: ${typed(one.value ?? {})}`)
    } else if (value.every((item) => typeof item !== 'object' || item === null)) {
      lines.push(`${indent}${title(name)}: [${value.map(String).join(', ')}]`)
    } else {
      for (const [i, item] of value.entries()) {
        lines.push(`${indent}${title(name)} #${i}`)
        writeFields(lines, item, depth + 1)
      }
    }
  } else if (value instanceof Uint8Array) lines.push(`${indent}${title(name)}: ${Buffer.from(value).toString('hex')}`)
  else if (typeof value === 'object' && value !== null) {
    if (name === 'body') lines.push(`${indent}Body: ${typed(value)}`)
    else if (name === '') writeFields(lines, value, depth)
    else {
      lines.push(`${indent}${title(name)}:`)
      writeFields(lines, value, depth + 1)
    }
  } else lines.push(`${indent}${title(name)}: ${shown(name, value)}`)
}

function writeFields(lines: string[], value: unknown, depth: number): void {
  for (const [key, inner] of Object.entries(value as object)) if (inner !== undefined) write(lines, key, inner, depth)
}

function isAttributeList(name: string): boolean {
  return name === 'attributes' || name === 'filteredAttributes' || name === 'metadata'
}

/** `resourceSpans` → `Resource spans`. */
function title(name: string): string {
  const words = name.replace(/([A-Z])/g, ' $1').toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function typed(value: AnyValue): string {
  if (value.stringValue !== undefined) return `Str(${value.stringValue})`
  if (value.boolValue !== undefined) return `Bool(${value.boolValue})`
  if (value.intValue !== undefined) return `Int(${value.intValue})`
  if (value.doubleValue !== undefined) return `Double(${value.doubleValue})`
  if (value.bytesValue !== undefined) return `Bytes(${asText(value)})`
  if (value.arrayValue !== undefined) return `Slice(${asText(value)})`
  if (value.kvlistValue !== undefined) return `Map(${asText(value)})`
  return 'Empty()'
}

function shown(name: string, value: unknown): string {
  if (typeof value !== 'bigint' || !name.endsWith('UnixNano') || value <= 0n) return String(value)
  const ms = value / 1_000_000n
  if (ms > 8_640_000_000_000_000n) return String(value)
  const nanos = String(value % 1_000_000_000n).padStart(9, '0')
  return `${new Date(Number(ms)).toISOString().slice(0, 19)}.${nanos}Z`
}
