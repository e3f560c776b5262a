import { createLogger } from '@clew/base/logger'
import type { Logger } from '@clew/base/logger'
import type { Settings } from '../config/settings.ts'
import type { Terminal } from '../output/terminal.ts'

/** The logger of a long-running verb: lines on standard error. */
export function processLogger(settings: Pick<Settings, 'logLevel' | 'logFormat'>, terminal: Terminal): Logger {
  return createLogger({ level: settings.logLevel, format: settings.logFormat, write: (line) => terminal.err(line) })
}

/** A promise nobody waited for, or an error nobody caught, is a bug of ours: it is logged, and the process lives on. */
export function surviveOwnBugs(logger: Logger): void {
  const stack = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error))
  process.on('unhandledRejection', (error) =>
    logger.error('unhandled rejection (a bug in Clew)', { error: stack(error) }),
  )
  process.on('uncaughtException', (error) =>
    logger.error('uncaught exception (a bug in Clew)', { error: stack(error) }),
  )
}
