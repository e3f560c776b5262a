import { ClewError } from '@clew/base/errors'

const UNIT_NANOS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
  w: 604_800_000_000_000n,
}

/** `15m`, `1h30m`, `7d` as nanoseconds; undefined when the text is not a duration. */
export function parseDurationNanos(text: string): bigint | undefined {
  const pattern = /(\d+)(ns|us|ms|s|m|h|d|w)/y
  let total = 0n
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text)
    if (match === null) return undefined
    total += BigInt(match[1] as string) * (UNIT_NANOS[match[2] as string] as bigint)
  }
  return text === '' ? undefined : total
}

/**
 * Nanoseconds since 1970 of `now`, `now-15m`, `now+1h`, RFC 3339 text, or a number of seconds, milliseconds,
 * microseconds or nanoseconds, told apart by magnitude. Throws ClewError('BAD_TIME').
 */
export function parseTime(text: string, nowNanos: bigint): bigint {
  const relative = /^now(?:([+-])(.+))?$/.exec(text)
  if (relative !== null) {
    if (relative[1] === undefined) return nowNanos
    const offset = parseDurationNanos(relative[2] as string)
    if (offset !== undefined) return relative[1] === '-' ? nowNanos - offset : nowNanos + offset
  }
  if (/^\d+(\.\d+)?$/.test(text)) return numericNanos(text)
  const rfc3339 = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(text)
  if (rfc3339 !== null) {
    const millis = Date.parse(`${rfc3339[1] as string}${rfc3339[3] as string}`)
    if (!Number.isNaN(millis)) return BigInt(millis) * 1_000_000n + BigInt((rfc3339[2] ?? '').padEnd(9, '0'))
  }
  throw new ClewError('BAD_TIME', `cannot read the time '${text}'`, {
    fix: 'write now, now-15m, an RFC 3339 time such as 2026-01-31T12:00:00Z, or unix seconds, ms, µs or ns',
  })
}

/** 1e11 s is the year 5138, 1e11 ms is 1973: the magnitude tells the unit for every plausible time. */
function numericNanos(text: string): bigint {
  const whole = BigInt(text.split('.')[0] as string)
  const scale =
    whole < 100_000_000_000n ? 9 : whole < 100_000_000_000_000n ? 6 : whole < 100_000_000_000_000_000n ? 3 : 0
  const fraction = (text.split('.')[1] ?? '').slice(0, scale).padEnd(scale, '0')
  return whole * 10n ** BigInt(scale) + BigInt(fraction === '' ? '0' : fraction)
}
