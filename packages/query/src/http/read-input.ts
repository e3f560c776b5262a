import { ClewError } from '@clew/base/errors'
import type { Endpoint, ParsedInputOf } from '@clew/contract/endpoint'

/** Path and query parameters of a request as the endpoint's input. Throws ClewError BAD_INPUT naming the parameter. */
export function readInput<E extends Endpoint>(
  endpoint: E,
  path: Readonly<Record<string, string>>,
  query: URLSearchParams,
): ParsedInputOf<E> {
  const values: Record<string, string> = {}
  for (const [name, value] of query) {
    if (Object.hasOwn(values, name)) {
      throw new ClewError('BAD_INPUT', `'${name}' is given more than once`, { fix: 'give every parameter once' })
    }
    values[name] = value
  }
  const parsed = endpoint.input.safeParse({ ...values, ...path })
  if (parsed.success) return parsed.data as ParsedInputOf<E>
  const [issue] = parsed.error.issues
  const name = issue?.path.join('.') ?? ''
  throw new ClewError('BAD_INPUT', `${name === '' ? '' : `${name}: `}${issue?.message ?? 'the input is not valid'}`, {
    fix: `see ${endpoint.id} in /api/openapi.json`,
  })
}
