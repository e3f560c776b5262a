import { z } from 'zod'

/** One field of a schema, however deep. */
export interface SchemaRow {
  /** `protocols.grpc.endpoint`, `actions[].key`. */
  readonly path: string
  readonly type: string
  readonly required: boolean
  /** Undefined when there is none. */
  readonly fallback: unknown
  readonly description: string
}

interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly additionalProperties?: JsonSchema | boolean
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, JsonSchema>>
}

/** How deep a page goes into nested objects. */
const MAX_DEPTH = 6

/** Fields of a zod schema as a user writes them (input side), in their order. */
export function schemaRows(schema: z.ZodType, side: 'input' | 'output' = 'input'): SchemaRow[] {
  const root = z.toJSONSchema(schema, { io: side, unrepresentable: 'any' }) as JsonSchema
  return rowsOf(root, root, '', 0)
}

function rowsOf(root: JsonSchema, schema: JsonSchema, prefix: string, depth: number): SchemaRow[] {
  const rows: SchemaRow[] = []
  for (const [key, raw] of Object.entries(schema.properties ?? {})) {
    const field = resolve(root, raw)
    const path = prefix === '' ? key : `${prefix}.${key}`
    rows.push({
      path,
      type: typeText(root, field),
      required: (schema.required ?? []).includes(key) && field.default === undefined,
      fallback: raw.default ?? field.default,
      description: raw.description ?? field.description ?? '',
    })
    if (depth < MAX_DEPTH) rows.push(...below(root, field, path, depth + 1))
  }
  return rows
}

function below(root: JsonSchema, field: JsonSchema, path: string, depth: number): SchemaRow[] {
  if (field.properties !== undefined) return rowsOf(root, field, path, depth)
  if (field.items !== undefined) return below(root, resolve(root, field.items), `${path}[]`, depth)
  const objects = (field.anyOf ?? []).map((each) => resolve(root, each)).filter((each) => each.properties !== undefined)
  return objects.length === 1 && objects[0] !== undefined ? rowsOf(root, objects[0], path, depth) : []
}

function resolve(root: JsonSchema, schema: JsonSchema): JsonSchema {
  const name = schema.$ref === undefined ? undefined : /^#\/\$defs\/(.+)$/.exec(schema.$ref)?.[1]
  return (name === undefined ? undefined : root.$defs?.[name]) ?? schema
}

function typeText(root: JsonSchema, schema: JsonSchema): string {
  if (schema.enum !== undefined)
    return schema.enum.map((each) => (typeof each === 'string' ? each : JSON.stringify(each))).join(', ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  const choices = schema.anyOf ?? schema.oneOf
  if (choices !== undefined)
    return [...new Set(choices.map((each) => typeText(root, resolve(root, each))))].join(' or ')
  if (schema.type === 'array')
    return `list of ${schema.items === undefined ? 'anything' : typeText(root, resolve(root, schema.items))}`
  if (schema.type === 'object') return schema.properties === undefined ? 'map' : 'object'
  return schema.type === undefined ? 'any' : [schema.type].flat().join(' or ')
}
