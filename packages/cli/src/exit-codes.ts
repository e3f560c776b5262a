import { ClewError } from '@clew/base/errors'

/** Exit codes of the command. They are part of its interface: scripts rely on them. */
export const EXIT = {
  ok: 0,
  /** Something went wrong; the message says what. */
  failure: 1,
  /** The command line, a setting or a configuration file is wrong. */
  usage: 2,
  /** No Clew answers at the address. */
  unreachable: 3,
  /** Clew answers, but what was asked for is not there. */
  notFound: 4,
  /** A port or the data directory is taken by another process. */
  inUse: 5,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

const USAGE_CODES = [
  'USAGE',
  'BAD_SETTINGS',
  'BAD_CONFIG',
  'OPEN_TO_ALL',
  'TOKEN_FILE',
  'TLS_FILE',
  'CONFIG_READ',
  'BAD_TIME',
  'BAD_RANGE',
  'BAD_INPUT',
  'BAD_QUERY',
  'RULES_INVALID',
  'RULES_UNREADABLE',
  'BAD_CURSOR',
  'QUERY_REGEXP',
  'STORE_URL',
  'KEY_HAS_COLUMN',
  'KEYS_FULL',
]
const NOT_FOUND_CODES = [
  'NOT_FOUND',
  'TRACE_NOT_FOUND',
  'SPAN_NOT_FOUND',
  'SERVICE_NOT_FOUND',
  'METRIC_NOT_FOUND',
  'KEY_NOT_FOUND',
  'SETTINGS_NOT_FOUND',
]

const BY_CODE: ReadonlyMap<string, ExitCode> = new Map<string, ExitCode>([
  ...USAGE_CODES.map((code) => [code, EXIT.usage] as const),
  ...NOT_FOUND_CODES.map((code) => [code, EXIT.notFound] as const),
  ['UNREACHABLE', EXIT.unreachable],
  ['PORT_IN_USE', EXIT.inUse],
  ['DATA_DIR_IN_USE', EXIT.inUse],
])

/** The exit code for anything that was thrown. */
export function exitCodeOf(error: unknown): ExitCode {
  return error instanceof ClewError ? (BY_CODE.get(error.code) ?? EXIT.failure) : EXIT.failure
}
