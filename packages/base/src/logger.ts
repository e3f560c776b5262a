import { redactText, redactValue } from './redact.ts'

/** Levels in rising order of importance; `silent` writes nothing. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export type LogFields = Readonly<Record<string, unknown>>

/** Structured logging for Clew itself. Implementations must never throw and must not be called per telemetry item. */
export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** A logger that adds `fields` to every line. */
  with(fields: LogFields): Logger
}

export interface LoggerOptions {
  readonly level: LogLevel
  readonly format: 'text' | 'json'
  /** Receives one finished line without a line break. */
  readonly write: (line: string) => void
  readonly nowMs?: () => number
}

/** A logger that formats lines and hands them to `options.write`, with secrets masked. */
export function createLogger(options: LoggerOptions, bound: LogFields = {}): Logger {
  const threshold = LOG_LEVELS.indexOf(options.level)
  const nowMs = options.nowMs ?? Date.now
  const emit = (level: LogLevel, message: string, fields: LogFields | undefined): void => {
    if (LOG_LEVELS.indexOf(level) < threshold) return
    const all = redacted({ ...bound, ...fields })
    const time = new Date(nowMs()).toISOString()
    options.write(
      options.format === 'json'
        ? jsonLine(time, level, redactText(message), all)
        : textLine(time, level, redactText(message), all),
    )
  }
  return {
    debug: (message, fields) => emit('debug', message, fields),
    info: (message, fields) => emit('info', message, fields),
    warn: (message, fields) => emit('warn', message, fields),
    error: (message, fields) => emit('error', message, fields),
    with: (fields) => createLogger(options, { ...bound, ...fields }),
  }
}

/** Writes nothing; for tests and for code that is given no logger. */
export const silentLogger: Logger = createLogger({ level: 'silent', format: 'text', write: () => undefined })

/** Secrets never get as far as a line. */
function redacted(fields: LogFields): LogFields {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, redactValue(plain(value), key)]))
}

function plain(value: unknown): unknown {
  if (value instanceof Error) return value.message
  if (typeof value === 'bigint') return value.toString()
  return value
}

function jsonLine(time: string, level: LogLevel, message: string, fields: LogFields): string {
  return JSON.stringify({ time, level, message, ...fields }, (_key, value: unknown) => plain(value))
}

function textLine(time: string, level: LogLevel, message: string, fields: LogFields): string {
  let line = `${time} ${level.toUpperCase().padEnd(5)} ${message}`
  for (const [key, value] of Object.entries(fields)) {
    const text = plain(value)
    line += ` ${key}=${typeof text === 'string' ? (/[\s"=]/.test(text) ? JSON.stringify(text) : text) : JSON.stringify(text)}`
  }
  return line
}
