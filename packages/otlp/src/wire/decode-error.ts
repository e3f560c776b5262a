import { ClewError } from '@clew/base/errors'

/** Bytes or JSON that are not what they claim to be. `path` names the field (`resourceSpans[0].scopeSpans[0].spans[3].traceId`). */
export class DecodeError extends ClewError {
  /** Field path from the request down; empty when the fault is in the request itself. */
  readonly path: string
  /** What is wrong with that field, without the path. */
  readonly problem: string
  /** Byte offset in the body that was decoded. */
  readonly offset: number

  constructor(problem: string, offset: number, path = '') {
    // A path can be as deep as the sender likes; a message is for people.
    const shown = path.length <= 300 ? path : `${path.slice(0, 200)}…${path.slice(-80)}`
    super('OTLP_MALFORMED', `${shown === '' ? '' : `${shown}: `}${problem} (byte ${offset})`)
    this.name = 'DecodeError'
    this.path = path
    this.problem = problem
    this.offset = offset
  }
}
