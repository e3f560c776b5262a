import * as http from 'node:http'
import * as https from 'node:https'
import { deflate, inflate, isIdentity } from './compression.ts'
import { GrpcCode } from './grpc-code.ts'
import { RpcError } from './rpc-error.ts'
import { tlsConnectOptions, type TlsClientConfig } from './tls.ts'

export interface HttpClientOptions {
  readonly tls: TlsClientConfig
  readonly compression: string
  readonly headers: Readonly<Record<string, string>>
  readonly maxConnections: number
}

export interface HttpPost {
  readonly url: URL
  readonly contentType: string
  /** Written one after the other; not joined unless they are compressed. */
  readonly parts: readonly Uint8Array[]
  readonly timeoutMs: number
  readonly abort?: AbortSignal | undefined
}

export interface HttpAnswer {
  readonly status: number
  readonly contentType: string
  readonly retryAfterMs: number | undefined
  readonly body: Uint8Array
}

const MAX_RESPONSE_BYTES = 4 * 1024 * 1024

/** Posts bodies over kept-alive connections. */
export class HttpClient {
  readonly #options: HttpClientOptions
  readonly #plain: http.Agent
  readonly #secure: https.Agent

  constructor(options: HttpClientOptions) {
    this.#options = options
    const pool = { keepAlive: true, maxSockets: options.maxConnections, maxFreeSockets: options.maxConnections }
    this.#plain = new http.Agent(pool)
    this.#secure = new https.Agent({ ...pool, ...tlsConnectOptions(options.tls) })
  }

  /** Resolves with any HTTP answer; throws RpcError when there was none (UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED). */
  async post(request: HttpPost): Promise<HttpAnswer> {
    const { compression } = this.#options
    const compress = !isIdentity(compression)
    const parts = compress ? [await deflate(Buffer.concat(request.parts), compression, 1)] : request.parts
    const answer = await this.#exchange(request, parts, compress ? compression : undefined)
    return answer
  }

  /** Closes idle and busy connections. */
  close(): void {
    this.#plain.destroy()
    this.#secure.destroy()
  }

  #exchange(request: HttpPost, parts: readonly Uint8Array[], encoding: string | undefined): Promise<HttpAnswer> {
    const { url } = request
    const secure = url.protocol === 'https:'
    let length = 0
    for (const part of parts) length += part.length
    return new Promise((resolve, reject) => {
      let settled = false
      const settle = (finish: () => void): void => {
        if (settled) return
        settled = true
        clearTimeout(timer)
        request.abort?.removeEventListener('abort', onAbort)
        finish()
      }
      const fail = (error: RpcError): void =>
        settle(() => {
          outgoing.destroy()
          reject(error)
        })
      const timer = setTimeout(
        () => fail(new RpcError(GrpcCode.deadlineExceeded, `no answer from ${url.host} in ${request.timeoutMs} ms`)),
        request.timeoutMs,
      )
      const onAbort = (): void => fail(new RpcError(GrpcCode.cancelled, 'the request was cancelled'))
      const outgoing = (secure ? https : http).request(url, {
        method: 'POST',
        agent: secure ? this.#secure : this.#plain,
        headers: {
          'content-type': request.contentType,
          'content-length': length,
          ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
          ...this.#options.headers,
        },
      })
      request.abort?.addEventListener('abort', onAbort)
      outgoing.on('error', (error) => fail(new RpcError(GrpcCode.unavailable, `${url.host}: ${error.message}`)))
      outgoing.on('response', (response) => {
        readBody(response).then(
          (body) =>
            settle(() =>
              resolve({
                status: response.statusCode ?? 0,
                contentType: response.headers['content-type'] ?? '',
                retryAfterMs: parseRetryAfter(response.headers['retry-after'], Date.now()),
                body,
              }),
            ),
          (error: unknown) => fail(error as RpcError),
        )
      })
      for (const part of parts) outgoing.write(part)
      outgoing.end()
    })
  }
}

async function readBody(response: http.IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let received = 0
  try {
    for await (const chunk of response) {
      received += (chunk as Buffer).length
      if (received > MAX_RESPONSE_BYTES) throw new RpcError(GrpcCode.resourceExhausted, 'the answer is too big')
      chunks.push(chunk as Buffer)
    }
  } catch (error) {
    if (error instanceof RpcError) throw error
    throw new RpcError(GrpcCode.unavailable, `the answer broke off: ${(error as Error).message}`)
  }
  const body = Buffer.concat(chunks)
  const encoding = response.headers['content-encoding']
  return encoding === undefined || isIdentity(encoding) ? body : inflate(body, encoding, MAX_RESPONSE_BYTES)
}

/** `Retry-After` is seconds or an HTTP date (RFC 9110, 10.2.3); anything else gives undefined. */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000
  const at = Date.parse(header)
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs)
}
