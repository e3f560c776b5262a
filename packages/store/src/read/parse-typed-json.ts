import type { AnyValue, KeyValue } from '@clew/otlp/model'
import { ClewError } from '@clew/base/errors'
import { parseDouble } from '../schema/typed-json.ts'

/**
 * Reads the typed JSON of schema/typed-json.ts.
 * @throws ClewError STORED_VALUE when the text is no such thing
 */
export function parseTypedJson(text: string): AnyValue {
  const reader = new TypedJsonReader(text)
  const value = reader.value()
  reader.end()
  return value
}

class TypedJsonReader {
  private readonly text: string
  private at = 0

  constructor(text: string) {
    this.text = text
  }

  value(): AnyValue {
    const char = this.text[this.at]
    if (char === '"') return { stringValue: this.string() }
    if (char === '[') return { arrayValue: { values: this.list(() => this.value(), ']') } }
    if (char === '{') return this.object()
    const word = /[^,\]}]*/y
    word.lastIndex = this.at
    const token = word.exec(this.text)?.[0] ?? ''
    this.at += token.length
    if (token === 'null') return {}
    if (token === 'true' || token === 'false') return { boolValue: token === 'true' }
    if (/^-?\d+$/.test(token)) return { intValue: BigInt(token) }
    if (/^-?\d+(\.\d+)?(e[-+]?\d+)?$/.test(token)) return { doubleValue: Number(token) }
    throw this.bad()
  }

  end(): void {
    if (this.at !== this.text.length) throw this.bad()
  }

  private object(): AnyValue {
    if (this.text.startsWith('{"$map":', this.at)) {
      this.at += '{"$map":'.length
      if (this.text[this.at] !== '[') throw this.bad()
      const values = this.list(() => this.pair(), ']')
      this.expect('}')
      return { kvlistValue: { values } }
    }
    const entries = this.list(() => this.member(), '}')
    const [first] = entries
    const text = first?.value?.stringValue
    if (entries.length === 1 && first !== undefined && text !== undefined) {
      if (first.key === '$double') return { doubleValue: parseDouble(text) }
      if (first.key === '$bytes') return { bytesValue: new Uint8Array(Buffer.from(text, 'base64')) }
    }
    return { kvlistValue: { values: entries } }
  }

  private member(): KeyValue {
    const key = this.string()
    this.expect(':')
    return { key, value: this.value() }
  }

  private pair(): KeyValue {
    this.expect('[')
    const key = this.string()
    this.expect(',')
    const value = this.value()
    this.expect(']')
    return { key, value }
  }

  /** Elements between the bracket at the cursor and `close`. */
  private list<Item>(read: () => Item, close: ']' | '}'): Item[] {
    this.at++
    const items: Item[] = []
    if (this.text[this.at] === close) {
      this.at++
      return items
    }
    for (;;) {
      items.push(read())
      const char = this.text[this.at++]
      if (char === close) return items
      if (char !== ',') throw this.bad()
    }
  }

  private string(): string {
    const literal = /"(?:[^"\\]|\\.)*"/sy
    literal.lastIndex = this.at
    const token = literal.exec(this.text)?.[0]
    if (token === undefined) throw this.bad()
    this.at += token.length
    return JSON.parse(token) as string
  }

  private expect(char: string): void {
    if (this.text[this.at] !== char) throw this.bad()
    this.at++
  }

  private bad(): ClewError {
    return new ClewError('STORED_VALUE', `a stored value is malformed at character ${this.at}`)
  }
}
