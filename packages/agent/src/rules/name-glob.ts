/** Whether a name matches one of some patterns: `*` is any text, `?` any character. */
export function matchesName(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => compiled(pattern).test(name))
}

const cache = new Map<string, RegExp>()

function compiled(pattern: string): RegExp {
  let expression = cache.get(pattern)
  if (expression === undefined) {
    const source = pattern
      .replaceAll(/[\\^$.+()[\]{}|]/g, String.raw`\$&`)
      .replaceAll('*', '.*')
      .replaceAll('?', '.')
    expression = new RegExp(`^${source}$`, 's')
    if (cache.size < 10_000) cache.set(pattern, expression)
  }
  return expression
}
