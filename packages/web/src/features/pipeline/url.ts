import { z } from 'zod'

/** State of the pipeline page in its URL. */
export const pipelineUrl = z.object({
  /** Component looked at: decisions and live look are of it. All when empty. */
  node: z.string().max(200).catch(''),
  signal: z.enum(['all', 'traces', 'logs', 'metrics']).catch('all'),
  look: z.enum(['decisions', 'live']).catch('decisions'),
})
export type PipelineUrl = z.output<typeof pipelineUrl>
