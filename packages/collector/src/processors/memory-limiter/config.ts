import { z } from 'zod'
import { durationMs, integer } from '../../config/fields.ts'

export interface MemoryLimiterConfig {
  /** Milliseconds. */
  readonly check_interval: number
  readonly limit_mib: number
  readonly spike_limit_mib: number
  readonly limit_percentage: number
  readonly spike_limit_percentage: number
  /** Milliseconds; 0 switches the check off. */
  readonly max_event_loop_lag: number
  readonly min_gc_interval_when_soft_limited: number
  readonly min_gc_interval_when_hard_limited: number
}

/** `processors.memory_limiter`. */
export const memoryLimiterSchema: z.ZodType<MemoryLimiterConfig> = z
  .strictObject({
    check_interval: durationMs('0s').describe('Time between looks at the memory; 1s is usual.'),
    limit_mib: integer(0, 0).describe('Hard limit for the resident memory of the process.'),
    spike_limit_mib: integer(0, 0).describe('Soft limit = hard limit - this; 0 is a fifth of the hard limit.'),
    limit_percentage: integer(0, 0, 100).describe('Hard limit as a share of the memory of the machine or container.'),
    spike_limit_percentage: integer(0, 0, 100).describe('The same for the spike limit.'),
    max_event_loop_lag: durationMs('2s').describe('Refuse while the event loop is this late; 0 never (Clew only).'),
    min_gc_interval_when_soft_limited: durationMs('10s').describe(
      'Time between forced collections above the soft limit.',
    ),
    min_gc_interval_when_hard_limited: durationMs('1s').describe('The same above the hard limit.'),
    ballast_size_mib: z.int().optional().describe('Old key without effect.'),
  })
  .superRefine((config, context) => {
    const fail = (message: string, fix: string): void => context.addIssue({ code: 'custom', message, params: { fix } })
    if (config.check_interval === 0) fail("'check_interval' must be greater than zero", 'add check_interval: 1s')
    if (config.limit_mib === 0 && config.limit_percentage === 0) {
      fail("'limit_mib' or 'limit_percentage' must be greater than zero", 'add limit_percentage: 80')
    }
    if (config.limit_mib > 0 && config.spike_limit_mib >= config.limit_mib) {
      fail("'spike_limit_mib' must be smaller than 'limit_mib'", 'use about a fifth of limit_mib')
    }
    if (config.limit_percentage > 0 && config.spike_limit_percentage >= config.limit_percentage) {
      fail("'spike_limit_percentage' must be smaller than 'limit_percentage'", 'use about a fifth of limit_percentage')
    }
  })
