import { threeDigits } from './format-duration.ts'

/** Counts for people: exact below 10,000, then three significant digits with k, M, B, T. */
export function formatCount(value: number): string {
  const size = Math.abs(value)
  if (size < 10_000) return Number.isInteger(value) ? value.toLocaleString('en') : threeDigits(value)
  for (const [scale, unit] of [
    [1e3, 'k'],
    [1e6, 'M'],
    [1e9, 'B'],
  ] as const) {
    const text = threeDigits(value / scale)
    if (Math.abs(Number(text)) < 1000) return `${text}${unit}`
  }
  return `${threeDigits(value / 1e12)}T`
}

/** Bytes with binary units, three significant digits: `1.5 KiB`. */
export function formatBytes(bytes: number): string {
  let value = bytes
  for (const unit of ['B', 'KiB', 'MiB', 'GiB']) {
    if (Math.abs(Number(value.toPrecision(3))) < 1024) return `${threeDigits(value)} ${unit}`
    value /= 1024
  }
  return `${threeDigits(value)} TiB`
}

/** `1 span`, `2 spans`, `12.3k spans`. */
export function formatItems(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}
