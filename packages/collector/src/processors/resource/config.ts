import { z } from 'zod'
import { attributeActionsSchema, type AttributeAction } from '../../kit/attribute-actions.ts'

export interface ResourceConfig {
  readonly attributes: readonly AttributeAction[]
}

/** `processors.resource`. */
export const resourceSchema: z.ZodType<ResourceConfig> = z.strictObject({
  attributes: attributeActionsSchema()
    .prefault([])
    .describe('Actions on the attributes of every resource, in this order.'),
})
