import { parseTime } from '@clew/contract/parse-time'
import { formatDateTime, formatTime } from './format-time.ts'

export interface NanoRange {
  readonly startNanos: bigint
  readonly endNanos: bigint
}

/** Half a window earlier or later. */
export function shiftRange(range: NanoRange, direction: -1 | 1): NanoRange {
  const step = ((range.endNanos - range.startNanos) / 2n) * BigInt(direction)
  return { startNanos: range.startNanos + step, endNanos: range.endNanos + step }
}

/** Twice the window around its middle, but not into the future. */
export function zoomOutRange(range: NanoRange, nowNanos: bigint): NanoRange {
  const half = (range.endNanos - range.startNanos) / 2n
  const end = range.endNanos + half
  const limit = end > nowNanos && range.endNanos <= nowNanos ? nowNanos : end
  return { startNanos: range.startNanos - half - (end - limit), endNanos: limit }
}

const UNIT_WORDS: Readonly<Record<string, string>> = {
  s: 's',
  sec: 's',
  second: 's',
  seconds: 's',
  m: 'm',
  min: 'm',
  minute: 'm',
  minutes: 'm',
  h: 'h',
  hr: 'h',
  hour: 'h',
  hours: 'h',
  d: 'd',
  day: 'd',
  days: 'd',
  w: 'w',
  week: 'w',
  weeks: 'w',
}

/**
 * Reads what people type into the time bar: `15m`, `last 3 hours`, `yesterday`, `today`, `2026-01-31 12:00`,
 * `A - B` or `A to B` of those, and everything the API takes. Undefined when it makes no sense.
 */
export function parseRangeText(text: string, nowMs: number): { start: string; end: string } | undefined {
  const input = text.trim().toLowerCase()
  const span = /^(?:last |past )?(\d+)\s*([a-z]+)$/.exec(input)
  const unit = UNIT_WORDS[span?.[2] ?? '']
  if (span !== null && unit !== undefined && Number(span[1]) > 0)
    return { start: `now-${Number(span[1])}${unit}`, end: 'now' }
  const midnight = new Date(nowMs)
  midnight.setHours(0, 0, 0, 0)
  if (input === 'today') return { start: nanoText(midnight), end: 'now' }
  if (input === 'yesterday') {
    const before = new Date(midnight)
    before.setDate(before.getDate() - 1)
    return { start: nanoText(before), end: nanoText(midnight) }
  }
  const [from, to, ...rest] = text.trim().split(/\s+(?:-|–|to)\s+/)
  if (from === undefined || rest.length > 0) return undefined
  const start = pointText(from, nowMs)
  const end = to === undefined ? 'now' : pointText(to, nowMs)
  if (start === undefined || end === undefined) return undefined
  const now = BigInt(nowMs) * 1_000_000n
  return parseTime(start, now) < parseTime(end, now) ? { start, end } : undefined
}

function pointText(text: string, nowMs: number): string | undefined {
  const local = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text)
  if (local !== null) {
    const [year, month, day, hour, minute, second] = local.slice(1).map((part) => Number(part ?? 0)) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ]
    return nanoText(new Date(year, month - 1, day, hour, minute, second))
  }
  const clock = /^(\d{1,2}):(\d\d)(?::(\d\d))?$/.exec(text)
  if (clock !== null) {
    const date = new Date(nowMs)
    date.setHours(Number(clock[1]), Number(clock[2]), Number(clock[3] ?? 0), 0)
    return nanoText(date)
  }
  const lower = /^now/i.test(text) ? text.toLowerCase() : text
  try {
    parseTime(lower, 0n)
    return lower
  } catch {
    return undefined
  }
}

const nanoText = (date: Date): string => `${BigInt(date.getTime()) * 1_000_000n}`

/** A range for people: `Last 15 min`, or both ends in local time. */
export function rangeLabel(start: string, end: string): string {
  const relative = /^now-(\d+)([smhdw])$/.exec(start)
  if (relative !== null && end === 'now') {
    const names: Record<string, string> = { s: 's', m: 'min', h: 'h', d: 'd', w: 'w' }
    return `Last ${relative[1]} ${names[relative[2] as string]}`
  }
  return `${pointLabel(start)} – ${pointLabel(end, start)}`
}

function pointLabel(point: string, after?: string): string {
  if (point.startsWith('now')) return point
  const nanos = String(parseTime(point, 0n))
  const full = formatDateTime(nanos).slice(0, 19)
  if (after === undefined || after.startsWith('now')) return full
  const sameDay = formatDateTime(String(parseTime(after, 0n))).slice(0, 10) === full.slice(0, 10)
  return sameDay ? formatTime(nanos).slice(0, 8) : full
}

const NEAR_NANOS = 3_600_000_000_000n

/** Search fields for a range that holds a moment: none for the last hour (the usual range), else an hour on each side. */
export function rangeAround(nanos: string, nowMs: number): { start?: string; end?: string } {
  const moment = BigInt(nanos)
  if (BigInt(nowMs) * 1_000_000n - moment < NEAR_NANOS) return {}
  return { start: String(moment - NEAR_NANOS), end: String(moment + NEAR_NANOS) }
}
