const DURATION_UNITS: readonly (readonly [number, string])[] = [
  [3_600e9, 'h'],
  [60e9, 'min'],
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'µs'],
]

/** Nanoseconds with three significant digits: `1.23 s`, `45.6 ms`, `870 ns`. */
export function formatNanos(nanos: number | null): string {
  if (nanos === null) return '–'
  for (const [size, unit] of DURATION_UNITS) {
    // 999.6 µs would round up to "1000 µs"
    if (Math.abs(nanos) >= size * 0.9995) return `${threeDigits(nanos / size)} ${unit}`
  }
  return `${Math.round(nanos)} ns`
}

/** A count for people: `950`, `12.3k`, `4.56M`. */
export function formatCount(value: number): string {
  for (const [size, unit] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (Math.abs(value) >= size * 0.9995) return `${threeDigits(value / size)}${unit}`
  }
  return threeDigits(value)
}

/** A size for people: `950 B`, `12.3 KiB`, `4.56 GiB`. */
export function formatBytes(bytes: number): string {
  for (const [size, unit] of [
    [2 ** 40, 'TiB'],
    [2 ** 30, 'GiB'],
    [2 ** 20, 'MiB'],
    [2 ** 10, 'KiB'],
  ] as const) {
    if (bytes >= size * 0.9995) return `${threeDigits(bytes / size)} ${unit}`
  }
  return `${Math.round(bytes)} B`
}

/** A ratio as percent: `0 %`, `0.52 %`, `12.5 %`. */
export function formatRatio(ratio: number): string {
  return `${threeDigits(ratio * 100)} %`
}

/** Local wall time of nanoseconds since 1970 given as decimal text: `2026-01-31 12:00:00.123`. */
export function formatWallTime(unixNanos: string): string {
  const millis = Number(BigInt(unixNanos) / 1_000_000n)
  const date = new Date(millis)
  if (Number.isNaN(date.getTime())) return unixNanos
  const pad = (value: number, digits = 2): string => String(value).padStart(digits, '0')
  return (
    `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ` +
    `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}.${pad(date.getMilliseconds(), 3)}`
  )
}

function threeDigits(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  return Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)))
}
