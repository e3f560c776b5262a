import type { Batch } from '@clew/otlp/batch'
import { encode, encodeBatch } from '@clew/otlp/encode'
import type { RequestOf } from '@clew/otlp/model'

export interface SpansOptions {
  readonly service?: string
  /** Adds this many bytes of attribute text to each span. */
  readonly paddingBytes?: number
}

/** A trace request with `count` spans of one trace. Ids are counted, so they can be told apart. */
export function spans(count: number, options: SpansOptions = {}): RequestOf['traces'] {
  return {
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: options.service ?? 'shop' } }] },
        scopeSpans: [
          {
            scope: { name: 'test', version: '1' },
            spans: Array.from({ length: count }, (_, i) => ({
              traceId: (i + 1).toString(16).padStart(32, '0'),
              spanId: (i + 1).toString(16).padStart(16, '0'),
              name: `GET /item/${i}`,
              kind: 2,
              startTimeUnixNano: 1_700_000_000_000_000_000n + BigInt(i),
              endTimeUnixNano: 1_700_000_000_500_000_000n + BigInt(i),
              attributes: [
                { key: 'http.route', value: { stringValue: '/item/:id' } },
                { key: 'index', value: { intValue: BigInt(i) } },
                ...(options.paddingBytes === undefined
                  ? []
                  : [{ key: 'padding', value: { stringValue: 'x'.repeat(options.paddingBytes) } }]),
              ],
            })),
          },
        ],
      },
    ],
  }
}

/** A log request with `count` records. */
export function logs(count: number): RequestOf['logs'] {
  return {
    resourceLogs: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
        scopeLogs: [
          {
            logRecords: Array.from({ length: count }, (_, i) => ({
              timeUnixNano: 1_700_000_000_000_000_000n + BigInt(i),
              severityNumber: 9,
              severityText: 'INFO',
              body: { stringValue: `line ${i}` },
              traceId: (i + 1).toString(16).padStart(32, '0'),
              spanId: (i + 1).toString(16).padStart(16, '0'),
              attributes: [{ key: 'index', value: { intValue: BigInt(i) } }],
            })),
          },
        ],
      },
    ],
  }
}

/** A metric request with one gauge of `count` points. */
export function points(count: number): RequestOf['metrics'] {
  return {
    resourceMetrics: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: 'shop' } }] },
        scopeMetrics: [
          {
            metrics: [
              {
                name: 'queue.length',
                unit: '1',
                gauge: {
                  dataPoints: Array.from({ length: count }, (_, i) => ({
                    timeUnixNano: 1_700_000_000_000_000_000n + BigInt(i),
                    asDouble: i / 2,
                    attributes: [{ key: 'index', value: { intValue: BigInt(i) } }],
                  })),
                },
              },
            ],
          },
        ],
      },
    ],
  }
}

export const spansBytes = (count: number, options?: SpansOptions): Uint8Array => encode('traces', spans(count, options))
export const spansBatch = (count: number, options?: SpansOptions): Batch => encodeBatch('traces', spans(count, options))
export const logsBatch = (count: number): Batch => encodeBatch('logs', logs(count))
export const pointsBatch = (count: number): Batch => encodeBatch('metrics', points(count))
