import { ClewError, errorMessage } from '@clew/base/errors'

/** ClickHouse error codes with a meaning here. */
const CODES: Readonly<Record<number, { readonly code: string; readonly fix?: string }>> = {
  159: { code: 'QUERY_TIMEOUT', fix: 'narrow the time range or the filter, or raise the limit' },
  160: { code: 'QUERY_TIMEOUT', fix: 'narrow the time range or the filter, or raise the limit' },
  158: { code: 'QUERY_TOO_BIG', fix: 'narrow the time range or the filter, or raise the limit' },
  307: { code: 'QUERY_TOO_BIG', fix: 'narrow the time range or the filter, or raise the limit' },
  396: { code: 'QUERY_TOO_BIG', fix: 'narrow the time range or the filter, or raise the limit' },
  241: { code: 'ENGINE_MEMORY', fix: 'narrow the query, or give the machine more memory' },
  243: { code: 'DISK_FULL', fix: 'free disk space or lower the retention; the data that waits is stored then' },
  279: { code: 'SHARD_UNREACHABLE', fix: 'look at the servers of the cluster: no replica of a shard answers' },
  394: { code: 'QUERY_CANCELLED' },
  427: { code: 'QUERY_REGEXP', fix: 'check the regular expression (RE2 syntax)' },
}

const UNREACHABLE = { code: 'STORE_UNREACHABLE', fix: 'check that the database server runs and can be reached' }

/** Codes that say the bytes of an insert are wrong: trying again cannot help. */
const BAD_DATA: ReadonlySet<number> = new Set([
  6, 7, 8, 10, 16, 20, 27, 33, 50, 53, 62, 69, 70, 117, 130, 131, 349, 432,
])

/** An error of the engine, with its own code. */
export class EngineError extends ClewError {
  /** ClickHouse's number, 0 when there was none (connection lost). */
  readonly engineCode: number

  constructor(
    code: string,
    message: string,
    engineCode: number,
    options: { fix?: string | undefined; cause: unknown },
  ) {
    super(code, message, options)
    this.name = 'EngineError'
    this.engineCode = engineCode
  }

  /** True when the same insert can never succeed. */
  get badData(): boolean {
    return BAD_DATA.has(this.engineCode)
  }
}

/** Whatever a client library threw, as an EngineError. */
export function engineError(cause: unknown, doing: string): EngineError {
  const text = errorMessage(cause).trim()
  const known = typeof cause === 'object' && cause !== null && 'code' in cause ? Number(cause.code) : Number.NaN
  const engineCode = Number.isInteger(known) ? known : Number(/Code: (\d+)/.exec(text)?.[1] ?? 0)
  const entry = CODES[engineCode]
  const noSpace = /No space left on device|ENOSPC/i.test(text)
  const mapped = noSpace ? CODES[243] : isConnectionError(cause) ? UNREACHABLE : entry
  return new EngineError(mapped?.code ?? 'ENGINE_FAILED', `${doing}: ${text.slice(0, 1000)}`, engineCode, {
    fix: mapped?.fix,
    cause,
  })
}

/**
 * Codes of a server that is there while others that it needs are not (Keeper, other servers of the cluster), or that is about
 * to stop.
 */
const PASSING: ReadonlySet<number> = new Set([198, 202, 209, 210, 225, 236, 242, 279, 999])

/** True when the database, or a part of it, is away: it may come back, and trying again may help. */
export function isAway(error: unknown): boolean {
  if (!(error instanceof ClewError)) return false
  return error.code === UNREACHABLE.code || (error instanceof EngineError && PASSING.has(error.engineCode))
}

/** True when there was no (whole) answer: the server is away, or the connection broke. */
export function isConnectionError(cause: unknown): boolean {
  for (let each = cause; each instanceof Error; each = each.cause) {
    const code = 'code' in each ? each.code : undefined
    if (typeof code === 'string' && /^(E[A-Z]+|UND_ERR_\w+)$/.test(code)) return true
    if (each instanceof SyntaxError || /socket hang up|Timeout error|aborted/i.test(each.message)) return true
  }
  return false
}
