import { z } from 'zod'
import { attributeActionsSchema, type AttributeAction } from '../../kit/attribute-actions.ts'
import { matchSchema, type MatchConfig } from '../../kit/item-match.ts'

export interface AttributesConfig {
  readonly actions: readonly AttributeAction[]
  readonly include?: MatchConfig | undefined
  readonly exclude?: MatchConfig | undefined
}

/** `processors.attributes`. */
export const attributesSchema: z.ZodType<AttributesConfig> = z.strictObject({
  actions: attributeActionsSchema()
    .prefault([])
    .describe('Actions on spans, log records and data points, in this order.'),
  include: matchSchema.optional().describe('Only what matches is changed; checked before exclude.'),
  exclude: matchSchema.optional().describe('What matches is left alone.'),
})
