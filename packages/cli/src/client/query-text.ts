/**
 * Query words as typed after a verb, and conditions that options stand for, as one text of the search language.
 * Words that the shell has separated are joined by spaces, which means AND.
 */
export function queryText(
  words: readonly string[],
  conditions: Readonly<Record<string, string | undefined>> = {},
): string {
  const typed = words.join(' ').trim()
  const parts = Object.entries(conditions)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([field, value]) => `${field}${quoted(value)}`)
  if (typed !== '') parts.push(parts.length > 0 && /\bor\b/i.test(typed) ? `(${typed})` : typed)
  return parts.join(' ')
}

function quoted(value: string): string {
  return /^[\w.:/-]+$/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`
}
