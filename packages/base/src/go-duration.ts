/** Milliseconds in each unit of Go's duration syntax. */
const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}

/** Days are not Go, but people write `7d` for a retention; accepted wherever a duration is. */
const DAY_MS = 86_400_000

const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h|d)/y

/**
 * Reads a duration as Go writes it (`1h2m3.5s`, `200ms`, `-1s`, `0`), and days (`7d`). Returns milliseconds, or
 * undefined when the text is not a duration.
 */
export function parseGoDuration(text: string): number | undefined {
  const sign = text.startsWith('-') ? -1 : 1
  const body = text.startsWith('-') || text.startsWith('+') ? text.slice(1) : text
  if (body === '0') return 0
  if (body === '') return undefined
  let total = 0
  PART.lastIndex = 0
  while (PART.lastIndex < body.length) {
    const match = PART.exec(body)
    if (match === null) return undefined
    const unit = match[2] ?? ''
    total += Number(match[1]) * (unit === 'd' ? DAY_MS : (UNIT_MS[unit] ?? Number.NaN))
  }
  return total === 0 ? 0 : sign * total
}

/** Writes milliseconds the short way: `1h30m`, `200ms`, `1.5s`, `0s`. */
export function formatGoDuration(totalMs: number): string {
  if (totalMs === 0) return '0s'
  const sign = totalMs < 0 ? '-' : ''
  let rest = Math.abs(totalMs)
  if (rest < 1) return `${sign}${trim(rest * 1000)}us`
  if (rest < 1000) return `${sign}${trim(rest)}ms`
  let text = sign
  const hours = Math.floor(rest / 3_600_000)
  if (hours > 0) text += `${hours}h`
  rest -= hours * 3_600_000
  const minutes = Math.floor(rest / 60_000)
  if (minutes > 0) text += `${minutes}m`
  rest -= minutes * 60_000
  if (rest > 0) text += `${trim(rest / 1000)}s`
  return text
}

function trim(value: number): string {
  return String(Number(value.toFixed(6)))
}
