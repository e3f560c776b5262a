/** Nanoseconds since 1970 (decimal text) to whole milliseconds, for Date; digits below are lost on purpose. */
export function nanosToMillis(nanos: string): number {
  return Number(BigInt(nanos) / 1_000_000n)
}

const pad = (value: number, digits = 2): string => String(value).padStart(digits, '0')

/** Local wall time with milliseconds: `14:03:27.120`. */
export function formatTime(nanos: string): string {
  const date = new Date(nanosToMillis(nanos))
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}.${pad(date.getMilliseconds(), 3)}`
}

/** Local date and wall time: `2026-01-31 14:03:27.120`. */
export function formatDateTime(nanos: string): string {
  const date = new Date(nanosToMillis(nanos))
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${formatTime(nanos)}`
}

/** Every digit, in UTC: `2026-01-31T13:03:27.120000456Z`. For hover and copying. */
export function formatExactUtc(nanos: string): string {
  const value = BigInt(nanos)
  const fraction = ((value % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n
  const seconds = Number((value - fraction) / 1_000_000_000n)
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${String(fraction).padStart(9, '0')}Z`
}

/** How long ago, in one unit: `12s`, `4m`, `3h`, `2d`; `now` below a second, also for clocks slightly ahead. */
export function formatAge(nanos: string, nowMs: number): string {
  const seconds = Math.floor((nowMs - nanosToMillis(nanos)) / 1000)
  if (seconds < 1) return 'now'
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h`
  return `${Math.floor(seconds / 86_400)}d`
}
