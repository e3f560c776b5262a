import { ClewError } from '@clew/base/errors'
import { apiError } from './common.ts'
import type { Endpoint, InputOf, OutputOf } from './endpoint.ts'

export interface CallOptions {
  /** Empty for the page's own origin. */
  readonly baseUrl?: string
  readonly abort?: AbortSignal
  readonly headers?: Readonly<Record<string, string>>
  /** Instead of the global one, for certificates of one's own. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>
}

/** Path and query of a call, for links, `EventSource` and "copy as curl". */
export function endpointUrl<E extends Endpoint>(endpoint: E, input: InputOf<E>, baseUrl = ''): string {
  const rest = new URLSearchParams()
  let path: string = endpoint.path
  for (const [key, value] of Object.entries((input ?? {}) as Record<string, string | number | boolean | undefined>)) {
    if (value === undefined) continue
    const text = String(value)
    const placeholder = `:${key}`
    if (path.split('/').includes(placeholder)) {
      path = path.replace(placeholder, () => encodeURIComponent(text))
    } else {
      rest.set(key, text)
    }
  }
  const query = rest.toString()
  return `${baseUrl}${path}${query === '' ? '' : `?${query}`}`
}

/** Calls an endpoint. Throws ClewError with the server's code, or `UNREACHABLE` when there is no server. */
export async function callEndpoint<E extends Endpoint>(
  endpoint: E,
  input: InputOf<E>,
  options: CallOptions = {},
): Promise<OutputOf<E>> {
  const url =
    endpoint.body === true ? `${options.baseUrl ?? ''}${endpoint.path}` : endpointUrl(endpoint, input, options.baseUrl)
  const ask = options.fetch ?? fetch
  let response: Response
  try {
    response = await ask(url, {
      method: endpoint.method,
      headers: {
        accept: 'application/json',
        ...(endpoint.body === true ? { 'content-type': 'application/json' } : {}),
        ...options.headers,
      },
      ...(endpoint.body === true ? { body: JSON.stringify(input) } : {}),
      ...(options.abort === undefined ? {} : { signal: options.abort }),
    })
  } catch (cause) {
    if (options.abort?.aborted === true) throw cause
    throw new ClewError('UNREACHABLE', `cannot reach Clew at ${options.baseUrl ?? 'this address'}`, {
      fix: 'start it with `clew up`, or pass the right address',
      cause,
    })
  }
  if (!response.ok) throw await failure(response)
  return (await response.json()) as OutputOf<E>
}

async function failure(response: Response): Promise<ClewError> {
  const parsed = apiError.safeParse(await response.json().catch(() => undefined))
  if (!parsed.success) return new ClewError(`HTTP_${response.status}`, `the server answered ${response.status}`)
  const { code, message, fix } = parsed.data.error
  return new ClewError(code, message, { fix })
}
