import { randomBytes } from 'node:crypto'
import { ClewError, errorMessage } from '@clew/base/errors'
import type { TlsServerConfig } from '@clew/collector/kit/tls'
import { readPem } from '../client/credentials.ts'
import { tlsFetch } from '../client/tls-fetch.ts'
import type { Fetch } from '../client/tls-fetch.ts'

/** How to get in at our own receiver. */
export interface OwnReceiver {
  readonly token: string
  /** Its certificate, when it speaks TLS. */
  readonly tls: TlsServerConfig | undefined
}

/**
 * Sends one trace of two spans and a log record to an OTLP/HTTP address, the way any SDK would. Gives its trace id.
 * Throws ClewError('TEST_TRACE_FAILED') with what the receiver said.
 */
export async function sendTestTrace(
  otlpHttp: string,
  receiver: OwnReceiver,
  nowNanos: bigint,
): Promise<{ traceId: string }> {
  const send = { fetch: ownFetch(receiver.tls), token: receiver.token }
  const traceId = randomBytes(16).toString('hex')
  const [root, child] = [randomBytes(8).toString('hex'), randomBytes(8).toString('hex')]
  const at = (offsetMs: number): string => String(nowNanos + BigInt(offsetMs) * 1_000_000n)
  const resource = { attributes: [text('service.name', 'clew-test'), text('service.version', '1')] }
  const scope = { name: 'clew.test' }
  await post(send, `${otlpHttp}/v1/traces`, {
    resourceSpans: [
      {
        resource,
        scopeSpans: [
          {
            scope,
            spans: [
              {
                traceId,
                spanId: root,
                name: 'test trace',
                kind: 1,
                startTimeUnixNano: at(-120),
                endTimeUnixNano: at(0),
                attributes: [text('clew.test', 'yes')],
              },
              {
                traceId,
                spanId: child,
                parentSpanId: root,
                name: 'say hello',
                kind: 1,
                startTimeUnixNano: at(-90),
                endTimeUnixNano: at(-30),
                attributes: [],
              },
            ],
          },
        ],
      },
    ],
  })
  await post(send, `${otlpHttp}/v1/logs`, {
    resourceLogs: [
      {
        resource,
        scopeLogs: [
          {
            scope,
            logRecords: [
              {
                timeUnixNano: at(-60),
                observedTimeUnixNano: at(-60),
                severityNumber: 9,
                severityText: 'INFO',
                body: { stringValue: 'hello from the test trace' },
                traceId,
                spanId: child,
              },
            ],
          },
        ],
      },
    ],
  })
  return { traceId }
}

function text(key: string, value: string): { key: string; value: { stringValue: string } } {
  return { key, value: { stringValue: value } }
}

/** Trusts nothing but the certificate that our receiver shows, and shows the same one where a client needs one. */
function ownFetch(tls: TlsServerConfig | undefined): Fetch {
  if (tls === undefined) return fetch
  const pem = (text: string | undefined, path: string | undefined): string | undefined =>
    text ?? (path === undefined ? undefined : readPem('tls', path))
  const cert = pem(tls.cert_pem, tls.cert_file)
  const own = tls.client_ca_file === undefined ? {} : { cert, key: pem(tls.key_pem, tls.key_file) }
  return tlsFetch({ only: cert, ...own })
}

async function post(send: { fetch: Fetch; token: string }, url: string, body: unknown): Promise<void> {
  let response: Response
  try {
    response = await send.fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${send.token}` },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    })
  } catch (cause) {
    throw new ClewError('TEST_TRACE_FAILED', `cannot send to ${url}: ${errorMessage(cause)}`, { cause })
  }
  const answer = await response.text()
  if (!response.ok)
    throw new ClewError('TEST_TRACE_FAILED', `${url} answered ${response.status}: ${answer.slice(0, 500)}`)
}
