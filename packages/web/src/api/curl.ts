import { endpointUrl } from '@clew/contract/client'
import type { Endpoint, InputOf } from '@clew/contract/endpoint'

/** The call as a command line for a POSIX shell. */
export function curlCommand<E extends Endpoint>(endpoint: E, input: InputOf<E>, origin: string): string {
  const url = endpointUrl(endpoint, input, origin).replaceAll("'", "'\\''")
  return endpoint.method === 'GET' ? `curl -s '${url}'` : `curl -s -X ${endpoint.method} '${url}'`
}
