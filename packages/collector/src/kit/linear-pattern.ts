/** One element of a pattern: a character, an escape, a class, a dot. */
const ATOM =
  /(?:[A-Za-z0-9 _\-/:;,@%&=<>!"'~#`]|\\[.\-/\\^$*+?()[\]{}|dw]|\.|\[\^?(?:[A-Za-z0-9 _/:;,@%&=.*+?(){}|$-]|\\[\]\-\\^dw])+\])/y

/**
 * The same pattern for the backtracking engine of JavaScript, when that is certain to mean the same and to take time in
 * proportion to the text; undefined for every other one. Certain are patterns without repetition, and those in which one single
 * element is repeated without end, from the beginning of the text (`^…`) or as the last thing (`….*`): there is nothing to
 * try again. No optional parts, no counted ones, nothing repeated inside groups, no flags.
 */
export function linearPattern(pattern: string): RegExp | undefined {
  if (pattern.length > 500) return undefined
  const anchored = pattern.startsWith('^') && !/(?<!\\)\|/.test(pattern)
  let out = ''
  let repeated = false
  let depth = 0
  let at = 0
  while (at < pattern.length) {
    const rest = pattern.slice(at)
    const open = /^\((?:\?:|\?P?<[A-Za-z_]\w*>)?(?!\?)/.exec(rest)
    if (open !== null) {
      depth += 1
      out += open[0].replace('?P<', '?<')
      at += open[0].length
      continue
    }
    const char = rest[0] ?? ''
    if (char === ')' || char === '|' || char === '^' || char === '$') {
      if (char === ')') depth -= 1
      const after = rest[1] ?? ''
      if (depth < 0 || '*+?{'.includes(after === '' ? ' ' : after)) return undefined
      out += char
      at += 1
      continue
    }
    ATOM.lastIndex = at
    const atom = ATOM.exec(pattern)?.[0]
    if (atom === undefined) return undefined
    at += atom.length
    // A dot of Go stops at line feeds only, one of JavaScript at three other characters, too.
    out += atom === '.' ? '[^\\n]' : atom
    const repetition = pattern[at] ?? ''
    if (repetition === '?' || repetition === '{') return undefined
    if (repetition !== '*' && repetition !== '+') continue
    at += 1
    const closing = pattern.slice(at)
    if (repeated || /^[*+?{]/.test(closing)) return undefined
    if (!anchored && (depth > 0 || closing !== '' || /(?<!\\)\|/.test(pattern))) return undefined
    repeated = true
    out += repetition
  }
  if (depth !== 0) return undefined
  try {
    return new RegExp(out, 'u')
  } catch {
    return undefined
  }
}
