import { DecodeError } from '../wire/decode-error.ts'
import { TextCache } from '../text-cache.ts'
import { textAt } from '../wire/text.ts'
import type { WireWriter } from '../wire/wire-writer.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const MAX_DEPTH = 512

/** Member names come again and again. */
const names = new TextCache(512, 32)

/** What the next value is, seen from its first byte. */
export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'true' | 'false' | 'null'

/**
 * Reads JSON (RFC 8259, strictly) straight from UTF-8 bytes, value by value, without building a tree. Numbers are handed
 * out as text, so that 64-bit integers stay exact. The bytes must be valid UTF-8.
 */
export class JsonReader {
  readonly source: Uint8Array
  pos = 0
  /** Range of the string that `plainString` took, without its quotes. */
  start = 0
  end = 0
  #depth = 0

  constructor(source: Uint8Array) {
    this.source = source
    // A byte order mark is not JSON, but editors and some clients send it.
    if (source[0] === 0xef && source[1] === 0xbb && source[2] === 0xbf) this.pos = 3
  }

  fail(problem: string, at: number = this.pos): never {
    throw new DecodeError(problem, Math.min(at, this.source.length))
  }

  /** The kind of the value that comes next. */
  peek(): JsonKind {
    this.#space()
    switch (this.source[this.pos]) {
      case 0x7b:
        return 'object'
      case 0x5b:
        return 'array'
      case QUOTE:
        return 'string'
      case 0x74:
        return 'true'
      case 0x66:
        return 'false'
      case 0x6e:
        return 'null'
      case undefined:
        return this.fail('unexpected end of JSON')
      case 0x2d:
        return 'number'
      default:
        if (isDigit(this.source[this.pos])) return 'number'
        return this.fail('invalid JSON: expected a value')
    }
  }

  /** Takes `{` or `[`. */
  open(): void {
    if (++this.#depth > MAX_DEPTH) this.fail(`JSON nested deeper than ${MAX_DEPTH}`)
    this.pos++
  }

  /**
   * Inside an object: moves to the next member and returns its key, or undefined after the last one. `first` is true on
   * the first call after `open`.
   */
  nextKey(first: boolean): string | undefined {
    if (!this.#next(first, 0x7d)) return undefined
    if (this.source[this.pos] !== QUOTE) this.fail('invalid JSON: expected a member name in double quotes')
    const key = this.plainString() ? names.get(this.source, this.start, this.end) : this.string()
    this.#space()
    if (this.source[this.pos] !== 0x3a) this.fail("invalid JSON: expected ':'")
    this.pos++
    return key
  }

  /** Inside an array: true when another element follows. */
  nextElement(first: boolean): boolean {
    return this.#next(first, 0x5d)
  }

  #next(first: boolean, close: number): boolean {
    this.#space()
    const byte = this.source[this.pos]
    if (byte === close) {
      this.pos++
      this.#depth--
      return false
    }
    if (first) return true
    if (byte !== 0x2c) this.fail(`invalid JSON: expected ',' or '${String.fromCharCode(close)}'`)
    this.pos++
    this.#space()
    if (this.source[this.pos] === close) this.fail('invalid JSON: trailing comma')
    return true
  }

  /** Takes `true`, `false` or `null`. */
  literal(text: 'true' | 'false' | 'null'): void {
    for (let i = 0; i < text.length; i++) {
      if (this.source[this.pos + i] !== text.charCodeAt(i)) this.fail('invalid JSON: unknown word')
    }
    this.pos += text.length
  }

  /** The text of a number. */
  number(): string {
    const { source } = this
    const start = this.pos
    let pos = start
    if (source[pos] === 0x2d) pos++
    if (source[pos] === 0x30) pos++
    else {
      const digits = pos
      while (isDigit(source[pos])) pos++
      if (pos === digits) this.fail('invalid JSON: malformed number', start)
    }
    if (source[pos] === 0x2e) {
      const digits = ++pos
      while (isDigit(source[pos])) pos++
      if (pos === digits) this.fail('invalid JSON: malformed number', start)
    }
    if (source[pos] === 0x65 || source[pos] === 0x45) {
      pos++
      if (source[pos] === 0x2b || source[pos] === 0x2d) pos++
      const digits = pos
      while (isDigit(source[pos])) pos++
      if (pos === digits) this.fail('invalid JSON: malformed number', start)
    }
    if (isDigit(source[pos])) this.fail('invalid JSON: number with a leading zero', start)
    this.pos = pos
    return textAt(source, start, pos)
  }

  /**
   * Takes a string without escapes and notes its range in `start` and `end`. False, with nothing taken, when it has
   * escapes.
   */
  plainString(): boolean {
    this.start = this.pos + 1
    this.end = this.#plainEnd(this.start)
    if (this.source[this.end] !== QUOTE) return false
    this.pos = this.end + 1
    return true
  }

  /** A string's text. */
  string(): string {
    const start = this.pos + 1
    const plainEnd = this.#plainEnd(start)
    const text = textAt(this.source, start, plainEnd)
    this.pos = plainEnd
    if (this.source[plainEnd] === QUOTE) {
      this.pos++
      return text
    }
    return text + this.#escaped()
  }

  /** Writes a string's UTF-8 to the writer, without a copy through a JavaScript string when it has no escapes. */
  stringTo(writer: WireWriter): void {
    const start = this.pos + 1
    const plainEnd = this.#plainEnd(start)
    writer.raw(this.source, start, plainEnd)
    this.pos = plainEnd
    if (this.source[plainEnd] === QUOTE) this.pos++
    else writer.text(this.#escaped())
  }

  /** Skips a value of any kind. */
  skip(): void {
    switch (this.peek()) {
      case 'object':
        this.open()
        for (let first = true; this.nextKey(first) !== undefined; first = false) this.skip()
        return
      case 'array':
        this.open()
        for (let first = true; this.nextElement(first); first = false) this.skip()
        return
      case 'string':
        this.string()
        return
      case 'number':
        this.number()
        return
      case 'true':
        return this.literal('true')
      case 'false':
        return this.literal('false')
      case 'null':
        return this.literal('null')
    }
  }

  /** Nothing but white space may follow. */
  finish(): void {
    this.#space()
    if (this.pos < this.source.length) this.fail('invalid JSON: text after the end')
  }

  /** Position of the first quote or escape from `start` on. */
  #plainEnd(start: number): number {
    const { source } = this
    let pos = start
    for (; ; pos++) {
      const byte = source[pos]
      if (byte === undefined) this.fail('unexpected end of JSON in a string', start - 1)
      if (byte === QUOTE || byte === BACKSLASH) return pos
      if (byte < 0x20) this.fail('invalid JSON: control character in a string', pos)
    }
  }

  /** The rest of a string from its first escape on, with the closing quote taken. */
  #escaped(): string {
    const { source } = this
    let text = ''
    for (;;) {
      if (source[this.pos] === QUOTE) {
        this.pos++
        return text
      }
      // Here stands a backslash.
      const escape = source[this.pos + 1]
      this.pos += 2
      if (escape === 0x75) text += String.fromCharCode(this.#hex4())
      else {
        const plain = escape === undefined ? undefined : ESCAPES.get(escape)
        if (plain === undefined) this.fail('invalid JSON: unknown escape', this.pos - 2)
        text += plain
      }
      const plainEnd = this.#plainEnd(this.pos)
      text += textAt(source, this.pos, plainEnd)
      this.pos = plainEnd
    }
  }

  #hex4(): number {
    let value = 0
    for (let i = 0; i < 4; i++) {
      const digit = hexDigit(this.source[this.pos + i])
      if (digit < 0) this.fail('invalid JSON: malformed \\u escape', this.pos - 2)
      value = value * 16 + digit
    }
    this.pos += 4
    return value
  }

  #space(): void {
    const { source } = this
    for (;;) {
      const byte = source[this.pos]
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return
      this.pos++
    }
  }
}

const ESCAPES: ReadonlyMap<number, string> = new Map(
  [
    ['"', '"'],
    ['\\', '\\'],
    ['/', '/'],
    ['b', '\b'],
    ['f', '\f'],
    ['n', '\n'],
    ['r', '\r'],
    ['t', '\t'],
  ].map(([letter, text]) => [letter!.charCodeAt(0), text!]),
)

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39
}

/** The value of a hex digit's code, or -1. */
export function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}
