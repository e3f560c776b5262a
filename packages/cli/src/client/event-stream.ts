import { ClewError } from '@clew/base/errors'
import { endpointUrl } from '@clew/contract/client'
import type { Endpoint, InputOf, OutputOf } from '@clew/contract/endpoint'
import { apiError } from '@clew/contract/common'
import type { ApiClient } from './api.ts'

/** Most bytes one event may have before the stream is given up as broken. */
const MAX_EVENT_BYTES = 64 * 1024 * 1024

/** Events of a stream endpoint as they arrive, until the server ends it or `abort` fires. Throws ClewError. */
export async function* streamEndpoint<E extends Endpoint>(
  endpoint: E,
  input: InputOf<E>,
  client: Pick<ApiClient, 'baseUrl' | 'fetch'>,
  abort: AbortSignal,
): AsyncGenerator<OutputOf<E>> {
  let response: Response
  try {
    response = await client.fetch(endpointUrl(endpoint, input, client.baseUrl), {
      headers: { accept: 'text/event-stream' },
      signal: abort,
    })
  } catch (cause) {
    if (abort.aborted) return
    throw new ClewError('UNREACHABLE', `cannot reach Clew at ${client.baseUrl}`, {
      fix: 'start it with `clew up`',
      cause,
    })
  }
  if (!response.ok || response.body === null) {
    const parsed = apiError.safeParse(await response.json().catch(() => undefined))
    if (!parsed.success) throw new ClewError(`HTTP_${response.status}`, `the server answered ${response.status}`)
    throw new ClewError(parsed.data.error.code, parsed.data.error.message, { fix: parsed.data.error.fix })
  }
  try {
    for await (const data of eventData(response.body)) yield JSON.parse(data) as OutputOf<E>
  } catch (error) {
    if (!abort.aborted) throw error
  }
}

/** The data of each server-sent event; comments, names and ids are passed over (HTML standard, 9.2.6). */
export async function* eventData(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let buffer = ''
  for await (const chunk of body) {
    buffer += decoder.decode(chunk, { stream: true })
    const blocks = buffer.split(/\r\n\r\n|\n\n|\r\r/)
    buffer = blocks.pop() ?? ''
    if (buffer.length > MAX_EVENT_BYTES) throw new ClewError('BAD_STREAM', 'the server sent an event without end')
    for (const block of blocks) {
      const data = block
        .split(/\r\n|\n|\r/)
        .filter((line) => line.startsWith('data:'))
        .map((line) => line.slice(line.startsWith('data: ') ? 6 : 5))
      if (data.length > 0) yield data.join('\n')
    }
  }
}
