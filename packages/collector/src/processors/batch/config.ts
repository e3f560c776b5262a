import { z } from 'zod'
import { durationMs, integer } from '../../config/fields.ts'

export interface BatchConfig {
  /** Milliseconds. */
  readonly timeout: number
  readonly send_batch_size: number
  /** 0: no maximum. */
  readonly send_batch_max_size: number
}

/** `processors.batch`, with the Collector's keys and defaults. */
export const batchSchema: z.ZodType<BatchConfig> = z
  .strictObject({
    timeout: durationMs('200ms').describe('Send what there is after this time.'),
    send_batch_size: integer(8192, 0).describe('Send as soon as so many items have gathered.'),
    send_batch_max_size: integer(0, 0).describe('Split what is bigger; 0 never.'),
    metadata_keys: z
      .array(z.string())
      .max(0, 'batching by metadata_keys is not supported; all requests of a signal share batches')
      .optional(),
    metadata_cardinality_limit: integer(1000, 0).describe('Accepted; without metadata_keys it has no effect.'),
  })
  .superRefine((config, context) => {
    if (config.send_batch_max_size === 0 || config.send_batch_max_size >= config.send_batch_size) return
    context.addIssue({ code: 'custom', message: 'send_batch_max_size must be greater or equal to send_batch_size' })
  })
