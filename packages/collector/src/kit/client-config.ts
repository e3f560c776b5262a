import { z } from 'zod'
import { canDeflate } from './compression.ts'

/** `compression` of a client: gzip unless said otherwise, as the Collector does. */
export const compressionSchema: z.ZodType<string> = z
  .enum(['gzip', 'zstd', 'deflate', 'zlib', 'none', ''])
  .default('gzip')
  .refine(canDeflate, { message: 'zstd needs Node 22.15 or newer', params: { fix: 'use gzip, or a newer Node' } })
  .describe('gzip, zstd (with a Node that has it), deflate, zlib or none.')
