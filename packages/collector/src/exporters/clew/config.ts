import { z } from 'zod'

/** `exporters.clew` has no settings: where the store is belongs to the program, not to a pipeline. */
export type ClewExporterConfig = Readonly<Record<never, never>>

export const clewExporterSchema: z.ZodType<ClewExporterConfig> = z.strictObject({})
