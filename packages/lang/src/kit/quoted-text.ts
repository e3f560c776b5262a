const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', '"': '"', "'": "'" }

export interface QuotedText {
  readonly value: string
  /** Offset behind the closing quote, or the end of the text. */
  readonly end: number
  readonly closed: boolean
}

/**
 * Reads the quoted text that begins with the quote at `start`. `\n \t \r \\ \" \'` are escapes; a backslash before
 * anything else stays, so that regular expressions can be written as they are.
 */
export function readQuotedText(source: string, start: number): QuotedText {
  const quote = source[start]
  let value = ''
  let at = start + 1
  while (at < source.length) {
    const char = source[at] as string
    if (char === quote) return { value, end: at + 1, closed: true }
    const escaped = char === '\\' ? ESCAPES[source[at + 1] ?? ''] : undefined
    if (escaped === undefined) {
      value += char
      at += 1
    } else {
      value += escaped
      at += 2
    }
  }
  return { value, end: source.length, closed: false }
}

/** The text in double quotes, such that `readQuotedText` gives it back. */
export function quoteText(value: string): string {
  const escaped = value
    .replaceAll('\\', '\\\\')
    .replaceAll('"', '\\"')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
  return `"${escaped}"`
}
