import { ClewError } from '@clew/base/errors'
import { redactText } from '@clew/base/redact'
import type { ApiError } from '@clew/contract/common'
import { SyntaxProblem } from '@clew/lang/kit/syntax-problem'

/** An error as an answer. */
export interface ErrorAnswer {
  readonly status: 400 | 401 | 403 | 404 | 405 | 421 | 422 | 499 | 500 | 503 | 504
  readonly body: ApiError
  /** True when it is our fault and belongs in the log. */
  readonly unexpected: boolean
}

const STATUS_OF_CODE: Readonly<Record<string, ErrorAnswer['status']>> = {
  BAD_QUERY: 400,
  BAD_INPUT: 400,
  BAD_TIME: 400,
  BAD_RANGE: 400,
  BAD_CURSOR: 400,
  BAD_SETTINGS: 400,
  TOO_MANY_SETTINGS: 400,
  NO_VALUES: 400,
  QUERY_REGEXP: 400,
  NOT_AGGREGATABLE: 400,
  KEY_HAS_COLUMN: 400,
  KEYS_FULL: 400,
  WRONG_TOKEN: 401,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  FORBIDDEN_ORIGIN: 403,
  TRACE_NOT_FOUND: 404,
  SPAN_NOT_FOUND: 404,
  SERVICE_NOT_FOUND: 404,
  METRIC_NOT_FOUND: 404,
  KEY_NOT_FOUND: 404,
  SETTINGS_NOT_FOUND: 404,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  WRONG_HOST: 421,
  QUERY_TOO_BIG: 422,
  ENGINE_MEMORY: 422,
  QUERY_CANCELLED: 499,
  QUERY_TIMEOUT: 504,
  QUERY_QUEUE_FULL: 503,
  ENGINE_FAILED: 503,
  STORE_CLOSED: 503,
  STORE_UNREACHABLE: 503,
  CANNOT_WRITE: 503,
}

/** Says what a failure means to the caller. Details of unknown errors stay in the log. */
export function errorAnswer(error: unknown): ErrorAnswer {
  if (!(error instanceof ClewError)) {
    return { status: 500, body: apiErrorBody('INTERNAL', 'something went wrong inside Clew'), unexpected: true }
  }
  const status = STATUS_OF_CODE[error.code] ?? 500
  const position = error instanceof SyntaxProblem ? { ...error.position } : undefined
  return {
    status,
    body: apiErrorBody(error.code, redactText(error.message), error.fix, position),
    unexpected: status >= 500,
  }
}

function apiErrorBody(
  code: string,
  message: string,
  fix?: string,
  position?: { start: number; end: number },
): ApiError {
  return {
    error: { code, message, ...(fix === undefined ? {} : { fix }), ...(position === undefined ? {} : { position }) },
  }
}
