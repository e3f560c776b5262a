import { endpointUrl } from '@clew/contract/client'
import type { Endpoint, InputOf } from '@clew/contract/endpoint'

/** The call as a command line for a POSIX shell; the token comes from its environment, since the page has none. */
export function curlCommand<E extends Endpoint>(
  endpoint: E,
  input: InputOf<E>,
  origin: string,
  tokenNeeded = false,
): string {
  const url = endpointUrl(endpoint, input, origin).replaceAll("'", "'\\''")
  const method = endpoint.method === 'GET' ? '' : ` -X ${endpoint.method}`
  const token = tokenNeeded ? ' -H "authorization: Bearer $CLEW_AUTH_TOKEN"' : ''
  return `curl -s${method}${token} '${url}'`
}
