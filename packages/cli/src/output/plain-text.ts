/* oxlint-disable no-control-regex -- finding control characters is the point */
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g
const ESCAPE = /\u001b\[[0-9;]*m/g

/** Telemetry as one safe line: no line breaks, and no control sequences that would reprogram the reader's terminal. */
export function oneLine(text: string): string {
  return text.replace(/[\r\n\t]+/g, ' ').replace(CONTROL, '\uFFFD')
}

/** Columns a text takes once colours are taken out. East Asian wide characters and emoji count two. */
export function displayWidth(text: string): number {
  let width = 0
  for (const character of text.replace(ESCAPE, '')) width += isWide(character.codePointAt(0) ?? 0) ? 2 : 1
  return width
}

/** At most `width` columns of a text without colours, with `…` where something is left out. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  let kept = ''
  let used = 0
  for (const character of text) {
    const columns = displayWidth(character)
    if (used + columns > width - 1) break
    kept += character
    used += columns
  }
  return width <= 0 ? '' : `${kept}…`
}

function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd)
  )
}
