import type { Logger, LoggerOptions, LoggerProvider, LogRecord } from '@opentelemetry/api-logs'

/** The object `logs` of a copy of the logs API, as far as it is changed. */
interface LogsApi {
  setGlobalLoggerProvider(provider: LoggerProvider): LoggerProvider
  getLoggerProvider(): LoggerProvider
  getLogger(name: string, version?: string, options?: LoggerOptions): Logger
  disable(): void
}

let registered: LoggerProvider | undefined

/**
 * Lets a program register a logger provider of its own although the agent has: what is emitted through this copy of the API
 * goes to both.
 */
export function openLogsApi(api: LogsApi): void {
  const agents = api.getLoggerProvider.bind(api)
  const getLogger = (name: string, version?: string, options?: LoggerOptions): Logger => {
    const agentsLogger = agents().getLogger(name, version, options)
    let own: { readonly of: LoggerProvider; readonly logger: Logger } | undefined
    const owned = (): Logger | undefined => {
      if (registered === undefined) return undefined
      if (own?.of !== registered) own = { of: registered, logger: registered.getLogger(name, version, options) }
      return own.logger
    }
    return {
      emit: (record: LogRecord) => {
        owned()?.emit(record)
        agentsLogger.emit(record)
      },
      // Missing in older versions of the API.
      enabled: (about) => owned()?.enabled?.(about) !== false || agentsLogger.enabled?.(about) !== false,
    }
  }
  const provider: LoggerProvider = { getLogger }
  api.getLogger = getLogger
  api.getLoggerProvider = () => provider
  api.setGlobalLoggerProvider = (wanted) => {
    registered ??= wanted
    return registered
  }
  api.disable = () => {
    registered = undefined
  }
}
