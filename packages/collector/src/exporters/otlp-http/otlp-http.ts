import { Batch } from '@clew/otlp/batch'
import { protobufToJson } from '@clew/otlp/json/protobuf-to-json'
import type { Signal } from '@clew/otlp/signal'
import type { ComponentContext, Exporter } from '../../core/component.ts'
import { GrpcCode } from '../../kit/grpc-code.ts'
import { HttpClient, type HttpAnswer } from '../../kit/http-client.ts'
import { OTLP_HTTP_PATH } from '../../kit/otlp-paths.ts'
import { QueuedExporter } from '../../kit/queued-exporter.ts'
import { RpcError } from '../../kit/rpc-error.ts'
import { decodePartialSuccess, decodeStatus } from '../../kit/rpc-status.ts'
import type { SendRequest } from '../../kit/send-request.ts'
import type { OtlpHttpExporterConfig } from './config.ts'

const LONGEST_TIMEOUT_MS = 600_000
const JSON_TYPE = 'application/json'
const PROTOBUF = 'application/x-protobuf'

/** Posts each request as the concatenation of its batches (see `otlp-grpc`), or as one JSON document. */
export function otlpHttpExporter(
  config: OtlpHttpExporterConfig,
  context: ComponentContext,
  signals: readonly Signal[],
): Exporter {
  const client = new HttpClient({
    tls: config.tls,
    compression: config.compression,
    headers: { 'user-agent': context.userAgent, ...config.headers },
    maxConnections: config.max_conns_per_host,
  })
  const urls: Readonly<Record<Signal, URL | undefined>> = {
    traces: urlOf(config, 'traces', config.traces_endpoint),
    logs: urlOf(config, 'logs', config.logs_endpoint),
    metrics: urlOf(config, 'metrics', config.metrics_endpoint),
  }
  return new QueuedExporter({
    queue: config.sending_queue,
    retry: config.retry_on_failure,
    context,
    signals,
    async send(signal, request, abort) {
      const url = urls[signal]
      if (url === undefined) throw new RpcError(GrpcCode.invalidArgument, `no endpoint for ${signal} is configured`)
      const json = config.encoding === 'json'
      const answer = await client.post({
        url,
        contentType: json ? JSON_TYPE : PROTOBUF,
        parts: json ? [asJson(signal, request)] : request.batches.map((batch) => batch.toProtobuf()),
        timeoutMs: config.timeout === 0 ? LONGEST_TIMEOUT_MS : config.timeout,
        abort,
      })
      const { rejected, reason } = readAnswer(url, answer)
      return { rejected: Math.min(rejected, request.points), reason }
    },
    close: () => client.close(),
  })
}

function urlOf(config: OtlpHttpExporterConfig, signal: Signal, own: string): URL | undefined {
  if (own !== '') return new URL(own)
  if (config.endpoint === '') return undefined
  return new URL(config.endpoint.replace(/\/$/, '') + OTLP_HTTP_PATH[signal])
}

function asJson(signal: Signal, request: SendRequest): Uint8Array {
  const [only] = request.batches
  if (only !== undefined && request.batches.length === 1) return protobufToJson(only)
  const joined = Buffer.concat(request.batches.map((batch) => batch.toProtobuf()))
  return protobufToJson(Batch.fromProtobuf(signal, joined))
}

/** 2xx is success; 429, 502, 503 and 504 may be tried again (OTLP/HTTP "Retryable Response Codes"); the rest is final. */
function readAnswer(url: URL, answer: HttpAnswer): { rejected: number; reason: string } {
  const { status, body } = answer
  if (status >= 200 && status < 300) return partialSuccess(answer)
  const retryable = status === 429 || (status >= 502 && status <= 504)
  const detail = answer.contentType.startsWith(PROTOBUF)
    ? (decodeStatus(body)?.message ?? '')
    : Buffer.from(body).toString('utf8').slice(0, 300)
  throw new RpcError(
    retryable ? GrpcCode.unavailable : GrpcCode.invalidArgument,
    `${url.host} answered HTTP ${status}${detail === '' ? '' : `: ${detail}`}`,
    { httpStatus: status, retryAfterMs: retryable ? answer.retryAfterMs : undefined },
  )
}

function partialSuccess({ contentType, body }: HttpAnswer): { rejected: number; reason: string } {
  if (!contentType.startsWith(JSON_TYPE)) {
    const { rejected, message } = decodePartialSuccess(body)
    return { rejected, reason: message }
  }
  try {
    const parsed = JSON.parse(Buffer.from(body).toString('utf8')) as {
      partialSuccess?: {
        rejectedSpans?: string
        rejectedLogRecords?: string
        rejectedDataPoints?: string
        errorMessage?: string
      }
    } | null
    const part = parsed?.partialSuccess
    const count = Number(part?.rejectedSpans ?? part?.rejectedLogRecords ?? part?.rejectedDataPoints ?? 0)
    return { rejected: Number.isFinite(count) ? count : 0, reason: part?.errorMessage ?? '' }
  } catch {
    // A server that says 200 with a body of its own took the data.
    return { rejected: 0, reason: '' }
  }
}
