/** gRPC status codes (https://grpc.io/docs/guides/status-codes/); they are also the codes of `google.rpc.Status`. */
export const GrpcCode = {
  ok: 0,
  cancelled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  outOfRange: 11,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  dataLoss: 15,
  unauthenticated: 16,
} as const
export type GrpcCode = (typeof GrpcCode)[keyof typeof GrpcCode]

const TO_HTTP: Readonly<Record<number, number>> = {
  0: 200,
  1: 503,
  3: 400,
  4: 503,
  7: 403,
  8: 429,
  10: 503,
  11: 503,
  12: 404,
  14: 503,
  15: 503,
  16: 401,
}

/** The HTTP status an OTLP/HTTP server answers for a code. Codes without a row are 500: the client must not retry. */
export function httpStatusOf(code: GrpcCode): number {
  return TO_HTTP[code] ?? 500
}

/** OTLP/gRPC: codes after which a client may send the same request again. RESOURCE_EXHAUSTED only with RetryInfo. */
export function isRetryableCode(code: GrpcCode, hasRetryInfo: boolean): boolean {
  return RETRYABLE.has(code) || (code === GrpcCode.resourceExhausted && hasRetryInfo)
}

const RETRYABLE: ReadonlySet<GrpcCode> = new Set([
  GrpcCode.cancelled,
  GrpcCode.deadlineExceeded,
  GrpcCode.aborted,
  GrpcCode.outOfRange,
  GrpcCode.unavailable,
  GrpcCode.dataLoss,
])
