const UNIT_NANOS: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n],
  ['μs', 1_000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
  ['d', 86_400_000_000_000n],
])
const FRACTION_DIGITS = 9

/** Nanoseconds of `500ms`, `1.5s`, `1m30s`; undefined when the text is no duration (a bare number is none). */
export function readDurationNanos(text: string): bigint | undefined {
  const pattern = /(\d{1,12})(?:\.(\d{1,12}))?(ns|us|µs|μs|ms|s|m|h|d)/y
  let total = 0n
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text)
    if (match === null) return undefined
    const unit = UNIT_NANOS.get(match[3] ?? '') ?? 0n
    const fraction = BigInt((match[2] ?? '').slice(0, FRACTION_DIGITS).padEnd(FRACTION_DIGITS, '0'))
    total += BigInt(match[1] ?? '0') * unit + (fraction * unit) / 10n ** BigInt(FRACTION_DIGITS)
  }
  return text === '' ? undefined : total
}
