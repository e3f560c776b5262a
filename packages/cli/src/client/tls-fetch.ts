import * as https from 'node:https'
import { Readable } from 'node:stream'

/** Whom to trust at the other end, and who to say we are; all PEM. */
export interface TlsTrust {
  /** Authorities to trust instead of the system's. */
  readonly ca?: string | undefined
  /** The one certificate the server must show, whatever name it is for. */
  readonly only?: string | undefined
  readonly cert?: string | undefined
  readonly key?: string | undefined
}

/** Asks an address; what `fetch` is for certificates of one's own. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

/** `fetch` with certificates of one's own for `https:` addresses, which Node's knows no way to give. Redirects are not followed. */
export function tlsFetch(trust: TlsTrust): Fetch {
  const agent = new https.Agent({
    ...(trust.cert === undefined ? {} : { cert: trust.cert, key: trust.key }),
    ...(trust.only === undefined
      ? trust.ca === undefined
        ? {}
        : { ca: trust.ca }
      : // Nothing but this certificate itself is trusted, so its name says nothing more.
        { ca: trust.only, allowPartialTrustChain: true, checkServerIdentity: () => undefined }),
  })
  return (url, init) => (url.startsWith('https:') ? ask(url, init, agent) : fetch(url, init))
}

function ask(url: string, init: RequestInit, agent: https.Agent): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = https.request(
      url,
      {
        agent,
        method: init.method ?? 'GET',
        headers: Object.fromEntries(new Headers(init.headers)),
        ...(init.signal === null || init.signal === undefined ? {} : { signal: init.signal }),
      },
      (message) => {
        const headers = new Headers()
        for (const [name, value] of Object.entries(message.headers)) {
          for (const each of Array.isArray(value) ? value : [value ?? '']) headers.append(name, each)
        }
        const status = message.statusCode ?? 500
        const empty = status === 204 || status === 304
        if (empty) message.resume()
        const body = empty ? null : (Readable.toWeb(message) as NonNullable<Response['body']>)
        resolve(new Response(body, { status, headers }))
      },
    )
    request.on('error', reject)
    const { body } = init
    if (typeof body === 'string' || body instanceof Uint8Array) request.end(body)
    else if (body instanceof ArrayBuffer) request.end(new Uint8Array(body))
    else request.end()
  })
}
