import { ProtobufAppender } from '../pipeline/protobuf-appender.ts'
import { wordAt } from '../tracer/ids.ts'

// Fields of opentelemetry.proto.profiles.v1development (protocol 1.10 and 1.11), as tag bytes.
const MAPPING_TABLE = 0x0a
const LOCATION_TABLE = 0x12
const FUNCTION_TABLE = 0x1a
const LINK_TABLE = 0x22
const STRING_TABLE = 0x2a
const ATTRIBUTE_TABLE = 0x32
const STACK_TABLE = 0x3a

const LOCATION = { lines: 0x1a, attributes: 0x22 } as const
const LINE = { function: 0x08, line: 0x10 } as const
const FUNCTION = { name: 0x08, file: 0x18 } as const
const LINK = { traceId: 0x0a, spanId: 0x12 } as const
const ATTRIBUTE = { key: 0x08, value: 0x12, unit: 0x18 } as const
const STACK = { locations: 0x0a } as const
const ANY_VALUE = { text: 0x0a, integer: 0x18 } as const

/** Appends a whole number that is not negative as a varint. */
export function appendVarint(out: ProtobufAppender, value: number): void {
  let rest = value
  while (rest >= 0x80) {
    out.byte((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  out.byte(rest)
}

/** A field of such a number; zero, which is what is missing stands for, is left out. */
export function appendWhole(out: ProtobufAppender, tag: number, value: number): void {
  if (value === 0) return
  out.byte(tag)
  appendVarint(out, value)
}

/** A packed field of such numbers; nothing when there are none. */
export function appendPacked(out: ProtobufAppender, tag: number, values: readonly number[]): void {
  if (values.length === 0) return
  const mark = out.openLong(tag)
  for (const value of values) appendVarint(out, value)
  out.closeLong(mark)
}

/** A table of the dictionary: each entry once, found by a text that tells it from the others. */
class Table {
  readonly out = new ProtobufAppender(1024)
  readonly #indices = new Map<string, number>()
  #length = 0

  /** `append` writes the entry, its tag included; it is called for one that is not there yet. */
  index(identity: string, append: (out: ProtobufAppender) => void): number {
    const found = this.#indices.get(identity)
    if (found !== undefined) return found
    append(this.out)
    this.#indices.set(identity, this.#length)
    return this.#length++
  }

  /** One that is a message. */
  message(identity: string, tag: number, append: (out: ProtobufAppender) => void): number {
    return this.index(identity, (out) => {
      const mark = out.openLong(tag)
      append(out)
      out.closeLong(mark)
    })
  }
}

/** ProfilesDictionary: what profiles of one request refer to. The first entry of each table stands for nothing. */
export class ProfilesDictionary {
  readonly #mappings = new Table()
  readonly #locations = new Table()
  readonly #functions = new Table()
  readonly #links = new Table()
  readonly #strings = new Table()
  readonly #attributes = new Table()
  readonly #stacks = new Table()

  constructor() {
    const nothing = (): void => undefined
    this.#mappings.message('', MAPPING_TABLE, nothing)
    this.#locations.message('', LOCATION_TABLE, nothing)
    this.#functions.message('', FUNCTION_TABLE, nothing)
    this.#attributes.message('', ATTRIBUTE_TABLE, nothing)
    this.#stacks.message('', STACK_TABLE, nothing)
    this.link('0'.repeat(32), '0'.repeat(16))
    this.string('')
  }

  string(text: string): number {
    return this.#strings.index(text, (out) => out.string(STRING_TABLE, text))
  }

  /** Ids in hex. */
  link(traceId: string, spanId: string): number {
    return this.#links.message(`${traceId}${spanId}`, LINK_TABLE, (out) => {
      out.bytes16(LINK.traceId, wordAt(traceId, 0), wordAt(traceId, 8), wordAt(traceId, 16), wordAt(traceId, 24))
      out.bytes8(LINK.spanId, wordAt(spanId, 0), wordAt(spanId, 8))
    })
  }

  /** A text, or a whole number that is not negative. The unit is UCUM; empty for none. */
  attribute(key: string, value: string | number, unit = ''): number {
    return this.#attributes.message(JSON.stringify([key, value, unit]), ATTRIBUTE_TABLE, (out) => {
      appendWhole(out, ATTRIBUTE.key, this.string(key))
      const mark = out.openLong(ATTRIBUTE.value)
      if (typeof value === 'string') out.string(ANY_VALUE.text, value)
      else {
        out.byte(ANY_VALUE.integer)
        appendVarint(out, value)
      }
      out.closeLong(mark)
      appendWhole(out, ATTRIBUTE.unit, this.string(unit))
    })
  }

  /** A place in a function of a file; attributes by their indices. */
  location(name: string, file: string, line: number, attributes: readonly number[]): number {
    const owner = this.#function(name, file)
    return this.#locations.message(`${owner}:${line}:${attributes.join()}`, LOCATION_TABLE, (out) => {
      const mark = out.openLong(LOCATION.lines)
      appendWhole(out, LINE.function, owner)
      appendWhole(out, LINE.line, line)
      out.closeLong(mark)
      appendPacked(out, LOCATION.attributes, attributes)
    })
  }

  /** Locations by their indices, the innermost first. */
  stack(locations: readonly number[]): number {
    if (locations.length === 0) return 0
    return this.#stacks.message(locations.join(), STACK_TABLE, (out) => appendPacked(out, STACK.locations, locations))
  }

  /** Appends the fields of the message. */
  appendTo(out: ProtobufAppender): void {
    const tables = [this.#mappings, this.#locations, this.#functions, this.#links, this.#strings]
    for (const table of [...tables, this.#attributes, this.#stacks]) out.raw(table.out.view())
  }

  #function(name: string, file: string): number {
    const nameIndex = this.string(name)
    const fileIndex = this.string(file)
    return this.#functions.message(`${nameIndex}:${fileIndex}`, FUNCTION_TABLE, (out) => {
      appendWhole(out, FUNCTION.name, nameIndex)
      appendWhole(out, FUNCTION.file, fileIndex)
    })
  }
}
