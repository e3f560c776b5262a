import { z } from 'zod'
import { TRACE_SORTS } from '@clew/contract/traces'

/** The traces page in the address bar (beside the shared time range). */
export const tracesUrl = z.object({
  q: z.string().max(10_000).catch(''),
  sort: z.enum(TRACE_SORTS).catch('newest'),
  view: z.enum(['heatmap', 'scatter']).catch('heatmap'),
})
export type TracesUrl = z.infer<typeof tracesUrl>
