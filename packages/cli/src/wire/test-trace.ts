import { randomBytes } from 'node:crypto'
import { ClewError, errorMessage } from '@clew/base/errors'

/**
 * Sends one trace of two spans and a log record to an OTLP/HTTP address, the way any SDK would. Gives its trace id.
 * Throws ClewError('TEST_TRACE_FAILED') with what the receiver said.
 */
export async function sendTestTrace(otlpHttp: string, nowNanos: bigint): Promise<{ traceId: string }> {
  const traceId = randomBytes(16).toString('hex')
  const [root, child] = [randomBytes(8).toString('hex'), randomBytes(8).toString('hex')]
  const at = (offsetMs: number): string => String(nowNanos + BigInt(offsetMs) * 1_000_000n)
  const resource = { attributes: [text('service.name', 'clew-test'), text('service.version', '1')] }
  const scope = { name: 'clew.test' }
  await post(`${otlpHttp}/v1/traces`, {
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
  await post(`${otlpHttp}/v1/logs`, {
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

async function post(url: string, body: unknown): Promise<void> {
  let response: Response
  try {
    response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
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
