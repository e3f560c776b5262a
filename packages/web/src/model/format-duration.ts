const UNITS: readonly (readonly [nanos: number, unit: string])[] = [
  [1, 'ns'],
  [1e3, 'µs'],
  [1e6, 'ms'],
  [1e9, 's'],
]

/** Three significant digits and the unit once: `1.23 ms`, `999 µs`, `2 min 5 s`, `3 h 20 min`, `2 d 4 h`. */
export function formatDuration(nanos: number): string {
  if (!Number.isFinite(nanos)) return '–'
  if (nanos < 0) return `-${formatDuration(-nanos)}`
  if (nanos === 0) return '0'
  if (nanos >= 59.95e9) return formatLong(Math.round(nanos / 1e9))
  for (const [scale, unit] of UNITS) {
    const text = threeDigits(nanos / scale)
    // 999.7 µs rounds to 1000 µs, which is written as 1 ms.
    if (Number(text) < 1000 || unit === 's') return `${text} ${unit}`
  }
  return `${threeDigits(nanos / 1e9)} s`
}

function formatLong(seconds: number): string {
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ]
  const first = parts.findIndex(([value]) => value > 0)
  return parts
    .slice(first, first + 2)
    .filter(([value]) => value > 0)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(' ')
}

/** Rounded to three significant digits, without an exponent and without trailing zeros after the point. */
export function threeDigits(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value)
  const rounded = Number(value.toPrecision(3))
  return Math.abs(rounded) >= 1e15
    ? rounded.toString()
    : rounded.toLocaleString('en', { useGrouping: false, maximumFractionDigits: 12 })
}
