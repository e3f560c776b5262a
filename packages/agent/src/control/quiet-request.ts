import { context, ROOT_CONTEXT } from '@opentelemetry/api'
import { suppressTracing } from '@opentelemetry/core'
import http, { type ClientRequest, type RequestOptions } from 'node:http'
import https from 'node:https'

// The functions as Node made them: instrumentations replace these properties, and the agent must not see itself.
const requestHttp = http.request
const requestHttps = https.request

/** A request of the agent's own: not traced, and its socket does not keep the program alive. */
export function quietRequest(url: URL, options: RequestOptions & { readonly ca?: string }): ClientRequest {
  const request = context.with(suppressTracing(ROOT_CONTEXT), () =>
    (url.protocol === 'https:' ? requestHttps : requestHttp)(url, options),
  )
  request.on('socket', (socket) => socket.unref())
  return request
}
