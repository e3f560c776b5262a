import type { AttributeEdit } from '@clew/otlp/attributes-edit'
import type { AttributeList } from '@clew/otlp/attribute-list'
import type { ConsumeContext } from '@clew/otlp/consumer'
import type { AnyValue } from '@clew/otlp/model'
import { z } from 'zod'
import { convertValue, hashOf, toAnyValue } from './attribute-value.ts'
import { regexSchema, type GoRegex } from './go-regex.ts'

export interface AttributeAction {
  readonly key?: string | undefined
  readonly action: 'insert' | 'update' | 'upsert' | 'delete' | 'hash' | 'extract' | 'convert'
  readonly value?: unknown
  readonly from_attribute?: string | undefined
  readonly from_context?: string | undefined
  readonly default_value?: unknown
  readonly pattern?: GoRegex | undefined
  readonly converted_type?: 'int' | 'double' | 'string' | undefined
}

const actionSchema: z.ZodType<AttributeAction> = z
  .strictObject({
    key: z.string().optional().describe('Attribute to act on.'),
    action: z
      .string()
      .transform((action) => action.toLowerCase())
      .pipe(z.enum(['insert', 'update', 'upsert', 'delete', 'hash', 'extract', 'convert']))
      .describe('insert (unless there), update (only if there), upsert, delete, hash (SHA-1), extract, convert.'),
    value: z.unknown().optional().describe('Value to set.'),
    from_attribute: z.string().optional().describe('Take the value of this attribute.'),
    from_context: z.string().optional().describe('metadata.<header>, auth.<key> or client.address of the request.'),
    default_value: z.unknown().optional().describe('When from_attribute or from_context gives nothing.'),
    pattern: regexSchema().optional().describe('Keys (delete, hash), or named groups to extract.'),
    converted_type: z.enum(['int', 'double', 'string']).optional().describe('Type to convert to.'),
  })
  .superRefine(checkAction)

function checkAction(action: AttributeAction, context: z.RefinementCtx): void {
  const fail = (message: string): void => context.addIssue({ code: 'custom', message })
  const sources = [action.value, action.from_attribute, action.from_context].filter((one) => one !== undefined).length
  const hasKey = action.key !== undefined && action.key !== ''
  switch (action.action) {
    case 'insert':
    case 'update':
    case 'upsert':
      if (!hasKey) fail('the "key" field is required')
      if (sources !== 1) fail('specify exactly one of "value", "from_attribute" or "from_context"')
      if (action.pattern !== undefined) fail(`action "${action.action}" does not use "pattern"`)
      return
    case 'delete':
    case 'hash':
      if (!hasKey && action.pattern === undefined) fail('either "key" or "pattern" is required')
      if (sources > 0) fail(`action "${action.action}" does not use a value`)
      return
    case 'extract':
      if (!hasKey) fail('the "key" field is required')
      if (action.pattern === undefined) fail('action "extract" needs a "pattern"')
      else if (action.pattern.groupNames.length === 0) fail('the pattern must contain at least one named group')
      return
    case 'convert':
      if (!hasKey) fail('the "key" field is required')
      if (action.converted_type === undefined) fail('action "convert" needs a "converted_type": int, double or string')
  }
}

/** `actions` of the attributes processor and `attributes` of the resource processor. */
export function attributeActionsSchema(): z.ZodType<readonly AttributeAction[]> {
  return z.array(actionSchema).min(1, 'at least one action is required')
}

/** Turns the actions into one edit for a request: applied in order, to each list of attributes. */
export function compileActions(actions: readonly AttributeAction[]): (context: ConsumeContext) => AttributeEdit {
  const steps = actions.map(compileAction)
  return (context) => (attributes) => {
    for (const step of steps) step(attributes, context)
  }
}

/** The actions in short, for the decision record: `upsert cluster, delete ^http`. */
export function describeActions(actions: readonly AttributeAction[]): string {
  const parts = actions.map(({ action, key, pattern }) => `${action} ${key ?? pattern?.source ?? ''}`)
  return parts.join(', ').slice(0, 200)
}

type Step = (attributes: AttributeList, context: ConsumeContext) => void

function compileAction(action: AttributeAction): Step {
  const key = action.key ?? ''
  switch (action.action) {
    case 'insert':
    case 'update':
    case 'upsert': {
      const verb = action.action
      const valueOf = compileValue(action)
      return (attributes, context) => {
        const value = valueOf(attributes, context)
        if (value !== undefined) attributes[verb](key, value)
      }
    }
    case 'delete':
      return (attributes) => {
        if (key !== '') attributes.delete(key)
        const { pattern } = action
        if (pattern !== undefined) attributes.deleteWhere((candidate) => pattern.test(candidate))
      }
    case 'hash':
      return (attributes) => {
        const { pattern } = action
        const keys = pattern === undefined ? [key] : attributes.keys().filter((one) => one === key || pattern.test(one))
        for (const one of keys) {
          const value = attributes.get(one)
          if (value !== undefined) attributes.upsert(one, { stringValue: hashOf(value) })
        }
      }
    case 'extract':
      return (attributes) => {
        const value = attributes.get(key)
        if (value?.stringValue === undefined) return
        const groups = action.pattern?.groups(value.stringValue) ?? {}
        for (const [name, text] of Object.entries(groups)) attributes.upsert(name, { stringValue: text })
      }
    case 'convert':
      return (attributes) => {
        const value = attributes.get(key)
        const type = action.converted_type
        const converted = value === undefined || type === undefined ? undefined : convertValue(value, type)
        if (converted !== undefined && converted !== value) attributes.upsert(key, converted)
      }
  }
}

function compileValue(action: AttributeAction): (list: AttributeList, context: ConsumeContext) => AnyValue | undefined {
  const { from_attribute, from_context } = action
  const standard = toAnyValue(action.default_value)
  if (from_attribute !== undefined) return (attributes) => attributes.get(from_attribute) ?? standard
  if (from_context !== undefined) {
    return (_attributes, context) => {
      const text = contextText(from_context, context)
      return text === undefined ? standard : { stringValue: text }
    }
  }
  const fixed = toAnyValue(action.value)
  return () => fixed
}

/** A value of the request around the data; several values of one header are joined with `;`. */
function contextText(path: string, context: ConsumeContext): string | undefined {
  if (path === 'client.address') return context.clientAddress
  const name = path.replace(/^metadata\./, '').toLowerCase()
  return context.metadata?.get(name)?.join(';')
}
