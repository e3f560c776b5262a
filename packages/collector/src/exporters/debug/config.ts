import { z } from 'zod'
import { integer } from '../../config/fields.ts'

export interface DebugConfig {
  readonly verbosity: 'basic' | 'normal' | 'detailed'
  readonly sampling_initial: number
  readonly sampling_thereafter: number
}

/** `exporters.debug`. */
export const debugSchema: z.ZodType<DebugConfig> = z.strictObject({
  verbosity: z
    .string()
    .transform((text) => text.toLowerCase())
    .pipe(z.enum(['basic', 'normal', 'detailed']))
    .default('basic')
    .describe('basic: counts; normal: a line for each item; detailed: everything.'),
  sampling_initial: integer(2, 0).describe('Requests shown in each second before sampling begins.'),
  sampling_thereafter: integer(1, 0).describe('Then every so-manieth; 1 shows all, 0 none.'),
  use_internal_logger: z.boolean().default(true).describe('Accepted; output always goes to standard error.'),
})
