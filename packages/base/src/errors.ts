/**
 * The one error type that crosses package borders. `code` is stable and documented; `message` says what happened to
 * what; `fix` says what to do next, when there is something to do.
 */
export class ClewError extends Error {
  readonly code: string
  readonly fix: string | undefined

  constructor(code: string, message: string, options: { fix?: string | undefined; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'ClewError'
    this.code = code
    this.fix = options.fix
  }
}

/** The text of anything that was thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** Closes a switch over a union: a new member becomes a type error here. */
export function assertUnreachable(value: never): never {
  throw new ClewError('UNREACHABLE', `unexpected value: ${String(value)}`)
}
