/**
 * False only when a regular expression (RE2) certainly needs a character, told from its text alone: trying it out would
 * mean to run somebody's pattern on an engine that it can hold up for ever, even on an empty text. Errs on the side of true.
 */
export function mayMatchEmpty(pattern: string): boolean {
  if (!/[()[\]\\]/.test(pattern)) return pattern.split('|').some((part) => needed(part) === '')
  // With groups, classes and escapes only the beginning is looked at, and only when it is the one beginning.
  return pattern.includes('|') || !/^\^?[\w/ :-](?![*?{])/.test(pattern)
}

/** What is left of a pattern without groups when everything that may be absent is taken out. */
function needed(part: string): string {
  return part.replace(/[^*?{](?:[*?]|\{[^{}]*\})[?+]?/gu, '').replace(/[\^$]/g, '')
}
