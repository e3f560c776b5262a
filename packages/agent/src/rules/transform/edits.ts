import MagicString from 'magic-string'
import type { RawSourceMap } from '../../rewrite/source-map.ts'

interface Edit {
  readonly at: number
  readonly text: string
  /** Opening text belongs to what follows, closing text to what is before. */
  readonly side: 'open' | 'close' | 'after' | 'before'
  readonly order: number
}

/**
 * Insertions into a text. They may be added in any order: at one place, what belongs to an outer node (a smaller `order`)
 * stands outside of what belongs to an inner one. Nothing is ever removed, and no line is ever added.
 */
export class Edits {
  readonly #edits: Edit[] = []

  /** Text before a node. */
  open(at: number, text: string, order: number): void {
    this.#edits.push({ at, text, side: 'open', order })
  }

  /** Text behind a node. */
  close(at: number, text: string, order: number): void {
    this.#edits.push({ at, text, side: 'close', order })
  }

  /** Text right after a brace or a directive, before anything that opens there. */
  after(at: number, text: string, order: number): void {
    this.#edits.push({ at, text, side: 'after', order })
  }

  /** Text right before a closing brace, behind anything that closes there. */
  before(at: number, text: string, order: number): void {
    this.#edits.push({ at, text, side: 'before', order })
  }

  get isEmpty(): boolean {
    return this.#edits.length === 0
  }

  /** The new text and its map; `name` is what the map calls the old one. */
  apply(source: string, name: string): { readonly code: string; readonly map: RawSourceMap } {
    const text = new MagicString(source)
    for (const { at, text: inserted, side } of this.#edits.toSorted((a, b) => a.order - b.order)) {
      if (side === 'open' || side === 'before') text.appendRight(at, inserted)
      else if (side === 'close') text.prependLeft(at, inserted)
      else text.appendLeft(at, inserted)
    }
    const map = text.generateMap({ source: name, hires: 'boundary', includeContent: true })
    return { code: text.toString(), map: JSON.parse(map.toString()) as RawSourceMap }
  }
}
