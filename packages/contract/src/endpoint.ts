import type { Scope } from '@clew/base/scope'
import type { z } from 'zod'

/**
 * One HTTP endpoint as data. Server validation, the typed client, OpenAPI and the reference page all come from it.
 * `input` holds path and query parameters together (they arrive as text, so its fields accept text). A `stream`
 * endpoint answers with server-sent events whose data is `output`, one JSON document an event.
 */
export interface Endpoint<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> {
  readonly id: string
  readonly group: string
  readonly method: 'GET' | 'POST'
  /** Path with `:name` parameters. */
  readonly path: string
  readonly summary: string
  readonly description?: string
  readonly input: Input
  readonly output: Output
  readonly stream?: boolean
  /** `input` comes as a JSON body, not as path and query parameters: for what must not be in addresses and their logs. */
  readonly body?: boolean
  /** What a caller must be allowed to do; `nobody` has to show a token. Else: `read` for GET, `admin` for the rest. */
  readonly scope?: Scope | 'nobody'
}

/** Keeps the precise schema types of an endpoint. */
export function defineEndpoint<Input extends z.ZodType, Output extends z.ZodType>(
  endpoint: Endpoint<Input, Output>,
): Endpoint<Input, Output> {
  return endpoint
}

/** What a caller of an endpoint must be allowed to do. */
export function neededScope(endpoint: Pick<Endpoint, 'method' | 'scope'>): Scope | 'nobody' {
  return endpoint.scope ?? (endpoint.method === 'GET' ? 'read' : 'admin')
}

/** What a caller may pass: before parsing and defaults. */
export type InputOf<E extends Endpoint> = z.input<E['input']>
/** What the server works with: parsed, defaults filled. */
export type ParsedInputOf<E extends Endpoint> = z.output<E['input']>
export type OutputOf<E extends Endpoint> = z.output<E['output']>
