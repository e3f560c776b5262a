/**
 * How well typed letters fit a title: 0 when a word of them is missing. Word starts count more than middles, adjacent
 * letters in order are accepted as a last resort (`gtt` finds `Go to traces`). An empty query fits everything alike.
 */
export function matchScore(typed: string, title: string): number {
  const target = title.toLowerCase()
  let score = 1
  for (const word of typed.toLowerCase().split(/\s+/).filter(Boolean)) {
    const at = target.indexOf(word)
    if (at === 0) score += 100
    else if (at > 0) score += /[\s\-_./]/.test(target[at - 1] as string) ? 60 : 20
    else if (isInitials(word, target)) score += 10
    else return 0
  }
  return score + 1 / (1 + target.length)
}

/** Each letter starts a word of the title, in order. */
function isInitials(word: string, target: string): boolean {
  const initials = target.split(/[\s\-_./]+/).map((part) => part[0] ?? '')
  let from = 0
  for (const letter of word) {
    from = initials.indexOf(letter, from) + 1
    if (from === 0) return false
  }
  return true
}
