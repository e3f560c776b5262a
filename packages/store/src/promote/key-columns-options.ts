import type { Clock } from '@clew/base/clock'
import type { Logger } from '@clew/base/logger'
import type { Driver } from '../driver/driver.ts'
import type { PromotionPolicy } from './policy.ts'
import type { KeySchema, RunExclusively } from './key-schema.ts'

/** What looking after keys needs. */
export interface KeyColumnsOptions {
  readonly driver: Driver
  readonly clock: Clock
  readonly logger: Logger
  readonly policy: PromotionPolicy
  /** How often it looks whether something is to do. */
  readonly checkEveryMs: number
  /** How long a retiring column stays for queries that were compiled before: longer than any process goes without looking, plus the longest query. */
  readonly graceMs: number
  /** How long an insert that knew nothing of a new column can take to appear: longer, and the column is complete when its parts say so. */
  readonly settleMs: number
  readonly schema: KeySchema
  readonly runExclusively: RunExclusively
  /** False while inserts wait. */
  readonly mayBackfill: () => boolean
}
