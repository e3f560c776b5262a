import { context } from '@opentelemetry/api'
import { type AnyValueMap, logs, SeverityNumber } from '@opentelemetry/api-logs'
import { isTracingSuppressed } from '@opentelemetry/core'
import { format } from 'node:util'

type Method = 'debug' | 'log' | 'info' | 'warn' | 'error'

const SEVERITIES: Readonly<Record<Method, { number: SeverityNumber; text: string; stream: 'stdout' | 'stderr' }>> = {
  debug: { number: SeverityNumber.DEBUG, text: 'DEBUG', stream: 'stdout' },
  log: { number: SeverityNumber.INFO, text: 'INFO', stream: 'stdout' },
  info: { number: SeverityNumber.INFO, text: 'INFO', stream: 'stdout' },
  warn: { number: SeverityNumber.WARN, text: 'WARN', stream: 'stderr' },
  error: { number: SeverityNumber.ERROR, text: 'ERROR', stream: 'stderr' },
}

const MAX_BODY_CHARS = 16 * 1024

/**
 * Sends what the program writes with `console.log`, `info`, `debug`, `warn` and `error` as log records of the running
 * span; the output itself stays as it is. A line longer than 16,384 characters is cut in the record, and says so.
 */
export function captureConsole(): void {
  let busy = false
  for (const method of Object.keys(SEVERITIES) as Method[]) {
    const original = console[method]
    console[method] = function (this: unknown, ...args: unknown[]): void {
      Reflect.apply(original, this, args)
      if (busy) return
      busy = true
      try {
        if (!isTracingSuppressed(context.active())) emit(method, args)
      } catch {
        // Formatting runs foreign code (getters, inspect): its failure is not the program's.
      } finally {
        busy = false
      }
    }
  }
}

function emit(method: Method, args: unknown[]): void {
  const severity = SEVERITIES[method]
  const text = format(...args)
  const attributes: AnyValueMap = { 'log.iostream': severity.stream }
  const error = args.find((argument) => argument instanceof Error)
  if (error !== undefined) Object.assign(attributes, exceptionAttributes(error))
  if (text.length > MAX_BODY_CHARS) attributes['log.record.truncated_chars'] = text.length - MAX_BODY_CHARS
  logs.getLogger('@clew/agent/console').emit({
    severityNumber: severity.number,
    severityText: severity.text,
    body: text.length > MAX_BODY_CHARS ? text.slice(0, MAX_BODY_CHARS) : text,
    attributes,
    context: context.active(),
  })
}

/** The `exception.*` attributes of the semantic conventions. */
export function exceptionAttributes(error: Error): AnyValueMap {
  return {
    'exception.type': error.name,
    'exception.message': error.message,
    ...(error.stack === undefined ? {} : { 'exception.stacktrace': error.stack }),
  }
}
