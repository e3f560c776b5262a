import { context } from '@opentelemetry/api'
import { logs, SeverityNumber } from '@opentelemetry/api-logs'
import { exceptionAttributes } from './console-logs.ts'

/**
 * Writes a FATAL log record for an error that nobody caught, without catching it: the process ends (or the program's
 * own handler runs) exactly as without an agent.
 */
export function recordCrashes(): void {
  process.on('uncaughtExceptionMonitor', (error: unknown, origin) => {
    try {
      logs.getLogger('@clew/agent/crash').emit({
        eventName: 'exception',
        severityNumber: SeverityNumber.FATAL,
        severityText: 'FATAL',
        body: error instanceof Error ? `${error.name}: ${error.message}` : `uncaught ${String(error)}`,
        attributes: { 'clew.crash.origin': origin, ...(error instanceof Error ? exceptionAttributes(error) : {}) },
        context: context.active(),
      })
    } catch {
      // The program is ending; its own error is the one to show.
    }
  })
}
