import type { Clock } from '@clew/base/clock'
import type { Logger } from '@clew/base/logger'
import { isAway } from '../driver/engine-error.ts'
import type { DatabaseArrival } from '../schema/open-database.ts'
import type { Ingester } from './ingester.ts'

export interface AwaitDatabaseOptions {
  readonly ingester: Ingester
  readonly clock: Clock
  readonly logger: Logger
  /** What needs the database to begin. What it did is not done again when it is called again. */
  readonly startJobs: () => Promise<void>
}

/** Says that the database is away, since when and why, until it is there; then what waits is stored at once. */
export function awaitDatabase(arrival: DatabaseArrival, options: AwaitDatabaseOptions): void {
  const { ingester, clock, logger, startJobs } = options
  const { inserter, troubles } = ingester
  const sinceMillis = clock.unixMillis()
  const since = new Date(sinceMillis).toISOString()
  let said = ''
  arrival.start({
    onAway(problem) {
      const text = isAway(problem) || problem.fix === undefined ? problem.message : `${problem.message}; ${problem.fix}`
      troubles.note('insert', text, sinceMillis)
      if (said === text) return
      said = text
      logger.warn('the database is not there; data is taken and kept, and stored when it comes', { since, error: text })
    },
    async onThere() {
      await startJobs()
      if (troubles.end('insert')) logger.info('the database is there; what has waited is being stored', { since })
      inserter.tryNow()
    },
  })
}
