const ELLIPSIS = '…'

/** The part of a 2D context that measures. */
export interface TextMeasurer {
  measureText(text: string): { readonly width: number }
}

/**
 * Cuts texts to widths and remembers the answers, because measuring is what makes canvas labels slow. Holds at most
 * `maxEntries`; when full it starts anew. Use one cache for one font.
 */
export class LabelCache {
  readonly #widths = new Map<string, number>()
  readonly #cuts = new Map<string, string>()
  readonly #maxEntries: number

  constructor(maxEntries = 20_000) {
    this.#maxEntries = maxEntries
  }

  width(context: TextMeasurer, text: string): number {
    const known = this.#widths.get(text)
    if (known !== undefined) return known
    if (this.#widths.size >= this.#maxEntries) this.#widths.clear()
    const { width } = context.measureText(text)
    this.#widths.set(text, width)
    return width
  }

  /** `text`, or as much of it as fits with an ellipsis; empty when not even that fits. */
  fit(context: TextMeasurer, text: string, maxWidth: number): string {
    if (maxWidth <= 0) return ''
    const width = this.width(context, text)
    if (width <= maxWidth) return text
    // Steps of 4 px: panning and zooming then hit the cache.
    const room = Math.floor(maxWidth / 4) * 4
    const key = `${room} ${text}`
    const known = this.#cuts.get(key)
    if (known !== undefined) return known
    if (this.#cuts.size >= this.#maxEntries) this.#cuts.clear()
    let low = 0
    let high = text.length
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (context.measureText(text.slice(0, middle) + ELLIPSIS).width <= room) low = middle
      else high = middle - 1
    }
    const cut = low === 0 ? '' : text.slice(0, low) + ELLIPSIS
    this.#cuts.set(key, cut)
    return cut
  }
}
