import type { IncomingHttpHeaders } from 'node:http'
import type { Rejection } from '@clew/otlp/consumer'
import type { Signal } from '@clew/otlp/signal'
import type { ComponentContext } from '../../core/component.ts'
import type { ByteBudget } from '../../kit/byte-budget.ts'
import { GrpcCode } from '../../kit/grpc-code.ts'
import type { HttpRequest, HttpResponse, HttpRoute } from '../../kit/http-message.ts'
import { HttpServer } from '../../kit/http-server.ts'
import { PROFILES_HTTP_PATHS } from '../../kit/otlp-paths.ts'
import { RpcError, toRpcError } from '../../kit/rpc-error.ts'
import { encodePartialSuccess, encodeStatus, statusToJson } from '../../kit/rpc-status.ts'
import type { OtlpHttpConfig } from './config.ts'
import { cutCounter } from './cut-counter.ts'
import type { Intake } from './intake.ts'
import { metadataOf } from './metadata.ts'

const PROTOBUF = 'application/x-protobuf'
const JSON_TYPE = 'application/json'

/** How a JSON answer calls the rejected items. */
const REJECTED_KEY: Readonly<Record<Signal, string>> = {
  traces: 'rejectedSpans',
  logs: 'rejectedLogRecords',
  metrics: 'rejectedDataPoints',
}

/** The HTTP side of the receiver. */
export function otlpHttpServer(
  config: OtlpHttpConfig,
  intake: Intake,
  context: ComponentContext,
  inFlight: ByteBudget,
): HttpServer {
  const paths: Readonly<Record<Signal, string>> = {
    traces: config.traces_url_path,
    logs: config.logs_url_path,
    metrics: config.metrics_url_path,
  }
  const routes = new Map<string, HttpRoute>()
  for (const path of PROFILES_HTTP_PATHS) {
    const refusal = (): Promise<never> =>
      Promise.reject(new RpcError(GrpcCode.unimplemented, 'profiles are not supported'))
    routes.set(path, { methods: ['POST'], handle: refusal })
  }
  for (const [signal, path] of Object.entries(paths) as [Signal, string][]) {
    routes.set(path, {
      methods: ['POST'],
      handle: (request) => handle(signal, config, intake, request),
      refused: (error) => intake.refusedUnread(signal, 'http', error),
    })
  }
  const { cors } = config
  return new HttpServer({
    guard: { access: context.access, needs: 'ingest' },
    routes,
    renderError,
    inFlight,
    maxBodyBytes: config.max_request_body_size,
    maxConnections: config.max_connections,
    headersTimeoutMs: config.read_header_timeout,
    requestTimeoutMs: config.read_timeout,
    idleTimeoutMs: config.idle_timeout,
    cors: {
      allowedOrigins: cors.allowed_origins,
      allowedHeaders: cors.allowed_headers,
      exposedHeaders: cors.exposed_headers,
      maxAgeSeconds: cors.max_age,
    },
    tls: config.tls,
    onCut: cutCounter(context, 'http'),
    logger: context.logger,
  })
}

async function handle(
  signal: Signal,
  config: OtlpHttpConfig,
  intake: Intake,
  request: HttpRequest,
): Promise<HttpResponse> {
  const type = mediaType(request.headers)
  if (type !== PROTOBUF && type !== JSON_TYPE) {
    const body = `415 unsupported media type, supported: [${JSON_TYPE}, ${PROTOBUF}]`
    return { status: 415, headers: { 'content-type': 'text/plain' }, body }
  }
  const body = await readAdmitted(signal, intake, request)
  const rejected = await intake.take(signal, 'http', type === JSON_TYPE ? 'json' : 'protobuf', body, {
    abort: request.abort,
    ...(request.clientAddress === undefined ? {} : { clientAddress: request.clientAddress }),
    ...(config.include_metadata ? { metadata: metadataOf(request.headers) } : {}),
  })
  return success(signal, type, rejected)
}

/** Refuses before the body is read, and counts what fails on the way in. */
async function readAdmitted(signal: Signal, intake: Intake, request: HttpRequest): Promise<Uint8Array> {
  try {
    const refusal = intake.admit(signal)
    if (refusal !== undefined) throw refusal
    return await request.body()
  } catch (error) {
    const failure = toRpcError(error)
    intake.refusedUnread(signal, 'http', failure)
    throw failure
  }
}

function success(signal: Signal, type: string, rejected: Rejection | undefined): HttpResponse {
  const headers = { 'content-type': type }
  if (type === PROTOBUF) {
    return { status: 200, headers, body: encodePartialSuccess(rejected?.count ?? 0, rejected?.reason ?? '') }
  }
  const partialSuccess =
    rejected === undefined ? {} : { [REJECTED_KEY[signal]]: String(rejected.count), errorMessage: rejected.reason }
  return { status: 200, headers, body: JSON.stringify({ partialSuccess }) }
}

/** Errors are a `google.rpc.Status` in the language of the request; a request in no known language gets JSON. */
function renderError(error: RpcError, request: { readonly headers: IncomingHttpHeaders }): HttpResponse {
  const protobuf = mediaType(request.headers) === PROTOBUF
  const headers: Record<string, string> = { 'content-type': protobuf ? PROTOBUF : JSON_TYPE }
  if (error.retryAfterMs !== undefined)
    headers['retry-after'] = String(Math.max(1, Math.ceil(error.retryAfterMs / 1000)))
  return { status: error.httpStatus, headers, body: protobuf ? encodeStatus(error) : statusToJson(error) }
}

/** The media type without parameters, in lower case. */
function mediaType(headers: IncomingHttpHeaders): string {
  const [type = ''] = (headers['content-type'] ?? '').split(';')
  return type.trim().toLowerCase()
}
