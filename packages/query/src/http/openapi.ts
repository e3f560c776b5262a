import { apiError } from '@clew/contract/common'
import { neededScope, type Endpoint } from '@clew/contract/endpoint'
import { endpoints } from '@clew/contract/endpoints'
import { z } from 'zod'

type Json = Record<string, unknown>

/** The OpenAPI 3.1 description of every endpoint of the own API. */
export function openApi(version: string): Json {
  const paths: Record<string, Json> = {}
  const schemas: Record<string, unknown> = {}
  schemas['Error'] = schemaOf(apiError, 'output', schemas)
  for (const endpoint of endpoints) {
    const path = endpoint.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [endpoint.method.toLowerCase()]: operation(endpoint, schemas) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Clew API',
      version,
      description:
        'Times are nanoseconds since 1970 as decimal text. Every answer says what it read and whether it is complete.',
    },
    servers: [{ url: '/' }],
    tags: [...new Set(endpoints.map((endpoint) => endpoint.group))].map((name) => ({ name })),
    paths,
    components: {
      schemas,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'A token; needed once one is set, see `clew token`.' },
      },
    },
    security: [{ token: [] }],
  }
}

function operation(endpoint: Endpoint, schemas: Record<string, unknown>): Json {
  const output = schemaOf(endpoint.output, 'output', schemas)
  const contentType = endpoint.stream === true ? 'text/event-stream' : 'application/json'
  const failed = { content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } } }
  return {
    operationId: endpoint.id,
    summary: endpoint.summary,
    ...(endpoint.description === undefined ? {} : { description: endpoint.description }),
    tags: [endpoint.group],
    ...(endpoint.body === true
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemaOf(endpoint.input, 'input', schemas) } },
          },
        }
      : { parameters: parameters(endpoint, schemas) }),
    ...(neededScope(endpoint) === 'nobody' ? { security: [] } : { 'x-scope': neededScope(endpoint) }),
    responses: {
      200: {
        description:
          endpoint.stream === true ? 'Server-sent events; the data of each is one such document' : 'The answer',
        content: { [contentType]: { schema: output } },
      },
      '4XX': { description: 'The request is at fault; `code` says why, `fix` what to do', ...failed },
      '5XX': { description: 'Clew or its store failed', ...failed },
    },
  }
}

function parameters(endpoint: Endpoint, schemas: Record<string, unknown>): Json[] {
  const input = schemaOf(endpoint.input, 'input', schemas)
  const properties = (input['properties'] ?? {}) as Record<string, Json>
  const required = (input['required'] ?? []) as string[]
  const inPath = new Set([...endpoint.path.matchAll(/:(\w+)/g)].map((match) => match[1]))
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: inPath.has(name) ? 'path' : 'query',
    required: inPath.has(name) || required.includes(name),
    ...(typeof schema['description'] === 'string' ? { description: schema['description'] } : {}),
    schema,
  }))
}

/** A schema as JSON; named schemas inside it (they may be recursive) are referred to and collected in `shared`. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', shared: Record<string, unknown>): Json {
  const text = JSON.stringify(z.toJSONSchema(schema, { io, unrepresentable: 'any' }))
  const whole = JSON.parse(text.replaceAll('"#/$defs/', '"#/components/schemas/')) as Json
  const { $schema: _dialect, $defs: definitions, ...json } = whole
  Object.assign(shared, definitions)
  return json
}
