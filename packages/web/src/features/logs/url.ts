import { z } from 'zod'

/** State of the logs page in its URL. */
export const logsUrl = z.object({
  /** Search language. */
  q: z.string().max(10_000).catch(''),
  /** Only records of this trace, or of this span of it. */
  traceId: z
    .string()
    .regex(/^[0-9a-fA-F]{1,32}$/)
    .or(z.literal(''))
    .catch(''),
  spanId: z
    .string()
    .regex(/^[0-9a-fA-F]{1,16}$/)
    .or(z.literal(''))
    .catch(''),
  sort: z.enum(['newest', 'oldest']).catch('newest'),
  /** The record whose detail is open. */
  open: z.string().max(300).catch(''),
  live: z.enum(['on', 'off']).catch('off'),
})
export type LogsUrl = z.output<typeof logsUrl>
