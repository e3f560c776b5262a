import { ATTRIBUTE_LEVELS } from '@clew/contract/common'
import { KEY_SORTS } from '@clew/contract/keys'
import { z } from 'zod'

/** State of the page of attribute keys in its URL. */
export const keysUrl = z.object({
  /** Text that keys must contain. */
  find: z.string().max(200).catch(''),
  level: z.enum(['all', ...ATTRIBUTE_LEVELS]).catch('all'),
  sort: z.enum(KEY_SORTS).catch('bytes'),
  order: z.enum(['asc', 'desc']).catch('desc'),
})
