/**
 * Whether a name matches one of some patterns: `*` is any text, `?` any character. Takes time that grows with the length of
 * the name times that of the pattern, whatever the pattern is.
 */
export function matchesName(name: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => matches(name, pattern))
}

function matches(name: string, pattern: string): boolean {
  let at = 0
  let index = 0
  // Where the last star was, and how far into the name it reaches: on a mismatch it takes one character more.
  let star = -1
  let reach = 0
  while (at < name.length) {
    const wanted = pattern[index]
    if (wanted === '*') {
      star = index++
      reach = at
    } else if (wanted === '?' || wanted === name[at]) {
      index++
      at++
    } else if (star === -1) {
      return false
    } else {
      index = star + 1
      at = ++reach
    }
  }
  while (pattern[index] === '*') index++
  return index === pattern.length
}
