import { z } from 'zod'
import type { BatchHint } from '../core/batch-hint.ts'
import { byteSize, durationMs, integer } from '../config/fields.ts'

export const SIZERS = ['requests', 'items', 'bytes'] as const
export type Sizer = (typeof SIZERS)[number]

/** `sending_queue` of an exporter. Durations are in milliseconds. */
export interface QueueConfig {
  readonly enabled: boolean
  readonly num_consumers: number
  readonly queue_size: number
  readonly sizer: Sizer
  readonly block_on_overflow: boolean
  readonly wait_for_result: boolean
  readonly max_bytes: number
  readonly batch?: QueueBatchConfig | undefined
}

export interface QueueBatchConfig {
  readonly flush_timeout: number
  readonly min_size: number
  /** 0: no maximum. */
  readonly max_size: number
  readonly sizer: Exclude<Sizer, 'requests'>
}

const DEFAULT_MAX_BYTES = 256 * 1024 * 1024

const batchSchema: z.ZodType<QueueBatchConfig> = z
  .strictObject({
    flush_timeout: durationMs('200ms', { positive: true }).describe('Send what there is after this time.'),
    min_size: integer(8192, 0).describe('Send as soon as so much has gathered.'),
    max_size: integer(0, 0).describe('Split what is bigger; 0 never.'),
    sizer: z
      .enum(['items', 'bytes'], {
        error: (issue) => `\`batch\` supports only \`items\` or \`bytes\` sizer, found ${JSON.stringify(issue.input)}`,
      })
      .default('items')
      .describe('Unit of min_size and max_size.'),
  })
  .superRefine((batch, context) => {
    if (batch.max_size === 0 || batch.max_size >= batch.min_size) return
    context.addIssue({
      code: 'custom',
      message: `\`max_size\` (${batch.max_size}) must be greater or equal to \`min_size\` (${batch.min_size})`,
    })
  })

/** `sending_queue`, with the Collector's defaults. */
export const queueSchema: z.ZodType<QueueConfig> = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Answer the sender when the data is queued, not when it is sent.'),
    num_consumers: positive(10, 'num_consumers').describe('Requests under way at once.'),
    queue_size: positive(1000, 'queue_size').describe('Capacity, in the unit of sizer.'),
    sizer: z.enum(SIZERS).default('requests').describe('Unit of queue_size.'),
    block_on_overflow: z
      .boolean()
      .default(false)
      .describe('Let the sender wait when the queue is full, do not refuse.'),
    wait_for_result: z.boolean().default(false).describe('Answer the sender only when the data was sent.'),
    max_bytes: byteSize(DEFAULT_MAX_BYTES, { min: 1024 }).describe('Bound in bytes, whatever the sizer (Clew only).'),
    batch: batchSchema.optional().describe('Fill requests from the queue.'),
  })
  .superRefine((queue, context) => {
    const { batch } = queue
    if (batch === undefined || batch.sizer !== queue.sizer || batch.min_size <= queue.queue_size) return
    context.addIssue({ code: 'custom', message: '`min_size` must be less than or equal to `queue_size`' })
  })

function positive(standard: number, name: string): z.ZodType<number> {
  return z
    .int()
    .refine((value) => value > 0, { message: `\`${name}\` must be positive` })
    .default(standard)
}

/** The queue with what a `batch` processor in front asks for, when the queue itself says nothing. */
export function withBatchHint(config: QueueConfig, hint: BatchHint | undefined): QueueConfig {
  if (hint === undefined || config.batch !== undefined || !config.enabled) return config
  const batch: QueueBatchConfig = {
    flush_timeout: hint.flushTimeoutMs,
    min_size: hint.minSize,
    max_size: hint.maxSize,
    sizer: 'items',
  }
  return { ...config, batch }
}
