import { metrics } from '@opentelemetry/api'

/** Lets log records pass by their severity, and counts those it does not. */
export class LogGate {
  /** Severity number below which nothing passes; 0 lets all pass. OpenTelemetry, logs data model: severity. */
  minSeverityNumber = 0
  #held = 0
  #counted = false

  /** Whether a record is sent. One without a severity always is. */
  passes(severityNumber: number | undefined): boolean {
    if (severityNumber === undefined || severityNumber === 0 || severityNumber >= this.minSeverityNumber) return true
    this.#held++
    this.#count()
    return false
  }

  #count(): void {
    if (this.#counted) return
    this.#counted = true
    metrics
      .getMeter('@clew/agent')
      .createObservableCounter('clew.agent.log.held_back', {
        unit: '{record}',
        description: 'Log records below the severity that is asked for: they are not sent.',
      })
      .addCallback((result) => result.observe(this.#held))
  }
}
