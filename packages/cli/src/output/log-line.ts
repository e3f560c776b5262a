import type { LogRecord, Severity } from '@clew/contract/logs'
import { oneLine } from './plain-text.ts'
import { formatWallTime } from './quantity.ts'
import type { Paint, Style } from './style.ts'

/** A log record as one line: time, severity, service, text, and its trace when it has one. */
export function logLine(record: LogRecord, style: Style): string {
  const time = record.timeNanos === '0' ? record.observedTimeNanos : record.timeNanos
  const level = (record.severity === 'unspecified' ? '-' : record.severity).toUpperCase().padEnd(5)
  const trace = record.traceId === '' ? '' : ` ${style.dim(`trace=${record.traceId}`)}`
  const name = record.eventName === '' ? '' : `${style.cyan(oneLine(record.eventName))} `
  return `${style.dim(formatWallTime(time))} ${severityPaint(record.severity, style)(level)} ${style.cyan(oneLine(record.service))} ${name}${oneLine(record.text)}${trace}`
}

function severityPaint(severity: Severity, style: Style): Paint {
  if (severity === 'error' || severity === 'fatal') return style.red
  if (severity === 'warn') return style.yellow
  if (severity === 'info') return style.green
  return style.dim
}
