import { formatBytes, formatCount } from '../model/format-count.ts'
import { formatDuration, threeDigits } from '../model/format-duration.ts'

/** UCUM codes of time and size that telemetry uses, as factors to nanoseconds and bytes. */
const NANOS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, ms: 1e6, s: 1e9, min: 60e9, h: 3600e9, d: 86_400e9 }
const BYTES: Readonly<Record<string, number>> = {
  By: 1,
  KiBy: 1024,
  MiBy: 1024 ** 2,
  GiBy: 1024 ** 3,
  kBy: 1000,
  MBy: 1e6,
  GBy: 1e9,
}

/**
 * A value with its OpenTelemetry (UCUM) unit, three significant digits, in the unit people would choose:
 * `formatValue(0.0123, 's')` is `12.3 ms`, `formatValue(5e6, 'By')` is `4.77 MiB`, `formatValue(12, '{request}/s')`
 * is `12 request/s`. Not a number is `–`.
 */
export function formatValue(value: number | null | undefined, unit = ''): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–'
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞'
  const perSecond = unit.endsWith('/s')
  const base = perSecond ? unit.slice(0, -2) : unit
  const suffix = perSecond ? '/s' : ''
  const nanos = NANOS[base]
  if (nanos !== undefined) return `${formatDuration(value * nanos)}${suffix}`
  const bytes = BYTES[base]
  if (bytes !== undefined) return `${formatBytes(value * bytes)}${suffix}`
  const name = unitName(base)
  const count = Math.abs(value) < 10_000 && !Number.isInteger(value) ? threeDigits(value) : formatCount(value)
  return name === '' ? `${count}${suffix}` : `${count} ${name}${suffix}`
}

/** How a unit is written for people: `{request}` is `request`, `1` and none are nothing. */
export function unitName(unit: string): string {
  if (unit === '1') return ''
  return /^\{(.*)\}$/.exec(unit)?.[1] ?? unit
}

/** The unit to write at every tick of an axis: what changes with the scale (`ms`, `MiB`, `%`, a second), not names. */
export function axisUnit(unit: string): string {
  const perSecond = unit.endsWith('/s')
  const base = perSecond ? unit.slice(0, -2) : unit
  return base in NANOS || base in BYTES || base === '%' ? unit : perSecond ? '/s' : ''
}

/** A share from 0 to 1 as per cent: `0.0123` is `1.23 %`. A share that is not nothing never reads `0 %`. */
export function formatRatio(ratio: number): string {
  if (ratio > 0 && ratio < 0.0001) return '< 0.01 %'
  const percent = ratio * 100
  return `${percent < 1 ? Number(percent.toFixed(2)) : threeDigits(percent)} %`
}

/** The value in full, with digit groups, for titles and tables. */
export function exactValue(value: number | null | undefined, unit = ''): string {
  if (value === null || value === undefined || Number.isNaN(value)) return 'no value'
  const name = unitName(unit)
  const text = value.toLocaleString('en', { maximumFractionDigits: 12 })
  return name === '' ? text : `${text} ${name}`
}
