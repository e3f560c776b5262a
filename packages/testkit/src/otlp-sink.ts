import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { Batch } from '@clew/otlp/batch'
import { decode } from '@clew/otlp/decode'
import type { AnyValue, KeyValue, LogRecord, Metric, Span } from '@clew/otlp/model'
import type { Signal } from '@clew/otlp/signal'

/** A span with what surrounds it in OTLP: the service it came from, its scope, its attributes as a plain object. */
export interface SinkSpan extends Span {
  readonly service: string
  readonly scope: string
  readonly values: Readonly<Record<string, unknown>>
}

/** A log record likewise; `text` is the body when it is a string. */
export interface SinkLog extends LogRecord {
  readonly service: string
  readonly scope: string
  readonly text: string | undefined
  readonly values: Readonly<Record<string, unknown>>
}

/** One request as it came. */
export interface SinkRequest {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly resource: Readonly<Record<string, unknown>>
}

/**
 * An OTLP/HTTP protobuf endpoint on a free port of 127.0.0.1 that keeps what it gets, for tests of whatever sends.
 * `respond` may answer with another status than 200; such requests are kept in `requests` only.
 */
export class OtlpSink {
  readonly spans: SinkSpan[] = []
  readonly logs: SinkLog[] = []
  readonly metricNames: Set<string> = new Set()
  /** Every report of every metric, in the order in which they came. */
  readonly metrics: Metric[] = []
  readonly requests: SinkRequest[] = []
  /** Bodies of profiles, as they came; those that were refused, too. */
  readonly profiles: Uint8Array[] = []
  readonly #server: Server
  readonly #waiting: Set<() => void> = new Set()

  private constructor(respond: (path: string) => number) {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const path = request.url ?? ''
        const status = respond(path)
        const raw = Buffer.concat(chunks)
        this.#take(
          path,
          request,
          request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw,
          status === 200,
        )
        response.writeHead(status).end()
        for (const check of this.#waiting) check()
      })
    })
  }

  static async start(respond: (path: string) => number = () => 200): Promise<OtlpSink> {
    const sink = new OtlpSink(respond)
    await new Promise<void>((resolve) => sink.#server.listen(0, '127.0.0.1', resolve))
    return sink
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Resolves with the first value of `find` that is not undefined, looking after every request. */
  waitFor<T>(find: () => T | undefined, what: string, timeoutMs = 45_000): Promise<T> {
    return new Promise((resolve, reject) => {
      const finish = (action: () => void): void => {
        clearTimeout(timer)
        this.#waiting.delete(check)
        action()
      }
      const check = (): void => {
        const found = find()
        if (found !== undefined) finish(() => resolve(found))
      }
      const timer = setTimeout(() => {
        const names = this.spans.map((span) => `${span.service}: ${span.name}`)
        finish(() => reject(new Error(`no ${what} within ${timeoutMs} ms; spans so far:\n${names.join('\n')}`)))
      }, timeoutMs)
      this.#waiting.add(check)
      check()
    })
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #take(path: string, request: IncomingMessage, body: Uint8Array, keep: boolean): void {
    if (path === '/v1development/profiles') this.profiles.push(body)
    const signal = /^\/v1\/(traces|logs|metrics)$/.exec(path)?.[1] as Signal | undefined
    let resource: Record<string, unknown> = {}
    if (signal !== undefined) {
      const batch = Batch.fromProtobuf(signal, body)
      if (signal === 'traces') {
        for (const { resource: owner, scopeSpans } of decode('traces', batch).resourceSpans ?? []) {
          resource = plainAttributes(owner?.attributes)
          for (const { scope, spans } of keep ? (scopeSpans ?? []) : []) {
            for (const span of spans ?? [])
              this.spans.push({ ...span, ...context(resource, scope?.name, span.attributes) })
          }
        }
      } else if (signal === 'logs') {
        for (const { resource: owner, scopeLogs } of decode('logs', batch).resourceLogs ?? []) {
          resource = plainAttributes(owner?.attributes)
          for (const { scope, logRecords } of keep ? (scopeLogs ?? []) : []) {
            for (const record of logRecords ?? []) {
              const text = record.body?.stringValue
              this.logs.push({ ...record, text, ...context(resource, scope?.name, record.attributes) })
            }
          }
        }
      } else {
        for (const { resource: owner, scopeMetrics } of decode('metrics', batch).resourceMetrics ?? []) {
          resource = plainAttributes(owner?.attributes)
          for (const { metrics } of keep ? (scopeMetrics ?? []) : []) {
            for (const metric of metrics ?? []) {
              this.metricNames.add(metric.name ?? '')
              this.metrics.push(metric)
            }
          }
        }
      }
    }
    this.requests.push({ path, headers: request.headers, resource })
  }
}

function context(
  resource: Readonly<Record<string, unknown>>,
  scope: string | undefined,
  attributes: readonly KeyValue[] | undefined,
): { service: string; scope: string; values: Record<string, unknown> } {
  return { service: textOf(resource['service.name']), scope: scope ?? '', values: plainAttributes(attributes) }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Attributes as a plain object. */
export function plainAttributes(attributes: readonly KeyValue[] | undefined): Record<string, unknown> {
  return Object.fromEntries((attributes ?? []).map(({ key, value }) => [key ?? '', plain(value)]))
}

function plain(value: AnyValue | undefined): unknown {
  if (value?.intValue !== undefined) return Number(value.intValue)
  if (value?.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(plain)
  return value?.stringValue ?? value?.boolValue ?? value?.doubleValue
}
