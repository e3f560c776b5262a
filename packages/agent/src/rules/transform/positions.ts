import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping'
import { fileURLToPath } from 'node:url'
import type { RawSourceMap } from '../../rewrite/source-map.ts'
import { moduleFile } from '../module-file.ts'

/** A place in a source. */
export interface SourcePlace {
  /** Path within its package, with `/`. */
  readonly file: string
  /** From 1. */
  readonly line: number
}

/** Tells where in the sources the characters of a text come from. */
export class Positions {
  readonly #lineStarts: number[] = [0]
  readonly #file: string
  readonly #trace: TraceMap | undefined
  readonly #paths = new Map<string, string>()

  /** `file` is the text's own path in its package; `map` leads from the text to what it was made from. */
  constructor(text: string, file: string, map: RawSourceMap | undefined) {
    this.#file = file
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1)
    this.#trace = map === undefined ? undefined : new TraceMap({ ...map, version: 3 } as never)
  }

  /** Where a character stands in the text itself. */
  own(offset: number): SourcePlace {
    return { file: this.#file, line: this.#lineIndex(offset) + 1 }
  }

  /** Where it stood in the source; the same as `own` without a map, undefined for what a tool has added. */
  original(offset: number): SourcePlace | undefined {
    if (this.#trace === undefined) return this.own(offset)
    const index = this.#lineIndex(offset)
    const column = offset - (this.#lineStarts[index] ?? 0)
    const { source, line } = originalPositionFor(this.#trace, { line: index + 1, column })
    return source === null || line === null ? undefined : { file: this.#pathOf(source), line }
  }

  #lineIndex(offset: number): number {
    let low = 0
    let high = this.#lineStarts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return low
  }

  #pathOf(source: string): string {
    let path = this.#paths.get(source)
    if (path === undefined) {
      // Bundlers write `webpack://name/./src/a.ts`.
      path = source.startsWith('file:')
        ? moduleFile(fileURLToPath(source)).pathInPackage
        : source.replace(/^[a-z-]+:\/\/[^/]*\//, '').replace(/^(?:\.\.?\/)+/, '')
      this.#paths.set(source, path)
    }
    return path
  }
}
