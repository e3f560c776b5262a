/** The choice that differs from a text in the fewest letters, when that is at most a third of them; undefined otherwise. */
export function closest(text: string, choices: readonly string[]): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(text.length / 3)) + 1
  for (const choice of choices) {
    if (Math.abs(choice.length - text.length) >= bestDistance || text.length > 64) continue
    const distance = editDistance(text.toLowerCase(), choice.toLowerCase())
    if (distance < bestDistance) [best, bestDistance] = [choice, distance]
  }
  return best
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
